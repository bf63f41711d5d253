namespace Bitmapist.Engine.Saving;

/// <summary>
/// What the operator should hear of; called on background threads, too. A listener that wants only some of it
/// implements only that.
/// </summary>
public interface IPersistenceEvents
{
    /// <summary>Loading begins.</summary>
    void Loading(string path)
    {
    }

    /// <summary>Loading goes on; once a second.</summary>
    /// <param name="doneBytes">Bytes of the log that are replayed.</param>
    /// <param name="allBytes">Bytes of the log.</param>
    void Replaying(long doneBytes, long allBytes)
    {
    }

    /// <summary>Loading is done.</summary>
    void Loaded(TimeSpan elapsed, long keys)
    {
    }

    /// <summary>Bytes behind the last whole record or generation were cut: a write that a crash interrupted.</summary>
    void TornTail(string path, long offset, long bytes)
    {
    }

    /// <summary>A periodic save begins.</summary>
    void Saving()
    {
    }

    void Saved(TimeSpan elapsed)
    {
    }

    /// <summary>A save failed; it will be tried again, and the log keeps everything meanwhile.</summary>
    void SaveFailed(Exception failure)
    {
    }

    /// <summary>
    /// The database file had been deleted or moved while in use, and is under its path again, with every key.
    /// </summary>
    void Restored(string path)
    {
    }

    /// <summary>Segments of the log were deleted or moved while in use: all they had is saved now.</summary>
    void LogMissing(string path)
    {
    }

    /// <summary>
    /// A save ended well, but writing the file anew without its garbage did not; the next save tries again.
    /// </summary>
    void CompactionFailed(Exception failure)
    {
    }

    void BackedUp(string path, TimeSpan elapsed)
    {
    }

    /// <summary>
    /// The log cannot be written: writes are refused from now on, or, told again, for a worse reason. Once a state, not
    /// once an attempt.
    /// </summary>
    void WritesRefused(LogFailure failure)
    {
    }

    /// <summary>The log can be written again.</summary>
    /// <param name="refusedFor">How long writes were refused.</param>
    void WritesResumed(TimeSpan refusedFor)
    {
    }

    /// <summary>
    /// Acknowledgements had to wait, as the oldest write not yet synced was older than "every second" promises. At most
    /// once a minute.
    /// </summary>
    /// <param name="delays">How many, since the last time.</param>
    void SyncBehind(long delays)
    {
    }

    /// <summary>A save begins because the log has outgrown the data.</summary>
    /// <param name="logBytes">The log's length.</param>
    void LogOutgrewData(long logBytes)
    {
    }

    /// <summary>Background work met something unexpected; it goes on.</summary>
    void BackgroundWorkFailed(string work, Exception failure)
    {
    }
}
