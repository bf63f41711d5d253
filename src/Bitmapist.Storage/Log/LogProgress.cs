namespace Bitmapist.Storage.Log;

/// <summary>
/// How far the log is written and synced, and up to where it keeps the promise of its policy. Positions grow. Any
/// thread reads.
/// </summary>
internal sealed class LogProgress(FsyncPolicy policy)
{
    private long _written;
    private long _synced;
    private long _promised; // what was acknowledged as written before the policy became Always
    private volatile FsyncPolicy _policy = policy;

    /// <summary>The position up to which records are written, or were dropped.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>The position up to which records survive a power cut, or were dropped.</summary>
    public long Synced => Volatile.Read(ref _synced);

    public FsyncPolicy Policy => _policy;

    /// <summary>The position up to which the promise of the policy holds.</summary>
    public long Committed
    {
        get
        {
            long upTo = Written; // before the policy is read: a change of it keeps what was written by then
            return _policy == FsyncPolicy.Always ? Synced : upTo;
        }
    }

    /// <summary>The position up to which nothing will have to be taken back, whatever fails from here on.</summary>
    public long Retained
    {
        get
        {
            long upTo = Written;
            if (_policy != FsyncPolicy.Always) return upTo;
            return Math.Max(Synced, Volatile.Read(ref _promised));
        }
    }

    /// <summary>For the holder of the write gate alone.</summary>
    public void ChangePolicy(FsyncPolicy policy)
    {
        Volatile.Write(ref _promised, Retained);
        _policy = policy;
    }

    /// <summary>For the holder of the write gate alone.</summary>
    public void NoteWritten(long position) => Volatile.Write(ref _written, position);

    public void NoteSynced(long position)
    {
        long seen = Synced;
        while (seen < position)
        {
            long found = Interlocked.CompareExchange(ref _synced, position, seen);
            if (found == seen) return;
            seen = found;
        }
    }

    /// <summary>
    /// What is not durable is dropped for good, up to a position: it counts as dealt with. For the holder of the write
    /// gate alone.
    /// </summary>
    public void NoteDropped(long position)
    {
        Volatile.Write(ref _promised, position);
        NoteSynced(position);
    }
}
