namespace Bitmapist.Engine.Durability;

/// <summary>
/// What the operator should hear of; called on background threads, too. Whoever wants to hear only some of it implements
/// only that.
/// </summary>
public interface IPersistenceEvents
{
    /// <summary>Loading begins.</summary>
    void Loading(string path)
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
    /// The database file had been deleted or moved while in use, and now stands under its path again, with every key.
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
}
