namespace Bitmapist.Storage.Log;

/// <summary>
/// How long the oldest record that is written and not synced has waited: what makes "every second" a promise. Told by
/// the holder of the log's write gate and by its syncing thread; asked by any.
/// </summary>
internal sealed class SyncDelay(TimeProvider time)
{
    /// <summary>Beyond this acknowledgements wait for the disk, as in Redis: two of the intervals promised.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private const long Never = -1;
    private long _sinceWritten = Never; // when the oldest record was written that no fsync under way covers
    private long _sinceSyncing = Never; // the same of those that the fsync under way covers
    private long _count;

    /// <summary>Acknowledgements that waited.</summary>
    public long Count => Volatile.Read(ref _count);

    public bool IsOverdue
    {
        get
        {
            long since = Volatile.Read(ref _sinceSyncing);
            if (since == Never) since = Volatile.Read(ref _sinceWritten);
            return since != Never && time.GetElapsedTime(since) > s_patience;
        }
    }

    public void CountOne() => Interlocked.Increment(ref _count);

    /// <summary>Records were written.</summary>
    public void Written()
    {
        if (_sinceWritten == Never) Volatile.Write(ref _sinceWritten, time.GetTimestamp());
    }

    /// <summary>An fsync begins that covers everything written so far.</summary>
    public void SyncBegins()
    {
        // One that is tried again covers what it covered before.
        if (_sinceSyncing == Never) Volatile.Write(ref _sinceSyncing, _sinceWritten);
        Volatile.Write(ref _sinceWritten, Never);
    }

    /// <summary>It ended well.</summary>
    public void SyncEnds() => Volatile.Write(ref _sinceSyncing, Never);

    /// <summary>Nothing that was written is to be synced any more.</summary>
    public void Forget()
    {
        Volatile.Write(ref _sinceSyncing, Never);
        Volatile.Write(ref _sinceWritten, Never);
    }
}
