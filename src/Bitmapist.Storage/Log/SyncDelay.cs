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
    private long sinceWritten = Never; // when the oldest record was written that no fsync under way covers
    private long sinceSyncing = Never; // the same of those that the fsync under way covers
    private long count;

    /// <summary>Acknowledgements that waited.</summary>
    public long Count => Volatile.Read(ref count);

    public bool IsOverdue
    {
        get
        {
            long since = Volatile.Read(ref sinceSyncing);
            if (since == Never) since = Volatile.Read(ref sinceWritten);
            return since != Never && time.GetElapsedTime(since) > s_patience;
        }
    }

    public void CountOne() => Interlocked.Increment(ref count);

    /// <summary>Records were written.</summary>
    public void Written()
    {
        if (sinceWritten == Never) Volatile.Write(ref sinceWritten, time.GetTimestamp());
    }

    /// <summary>An fsync begins that covers everything written so far.</summary>
    public void SyncBegins()
    {
        // One that is tried again covers what it covered before.
        if (sinceSyncing == Never) Volatile.Write(ref sinceSyncing, sinceWritten);
        Volatile.Write(ref sinceWritten, Never);
    }

    /// <summary>It ended well.</summary>
    public void SyncEnds() => Volatile.Write(ref sinceSyncing, Never);

    /// <summary>Nothing that was written is to be synced any more.</summary>
    public void Forget()
    {
        Volatile.Write(ref sinceSyncing, Never);
        Volatile.Write(ref sinceWritten, Never);
    }
}
