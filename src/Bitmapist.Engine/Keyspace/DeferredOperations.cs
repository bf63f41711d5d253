using Bitmapist.Engine.Bits;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// Bounds what frozen values keep in memory beyond the keys themselves: the operands of bit operations that are decided
/// and not computed, and what a save under way has yet to write. A frozen value takes no memory at first, as it shares
/// its arrays with the key. It comes to have some for itself when the key changes and the key's array is copied before
/// it is written, or when the key loses its value altogether. Shards count those bytes
/// (<see cref="Shard.LeftBytes"/>), so what was frozen at some moment or later has at most what was counted since.
/// Thread-safe.
/// </summary>
internal sealed class DeferredOperations(KeyspaceStore store)
{
    private readonly Lock _lock = new();
    private long _decided; // operations, since the start
    private long _leftAtOldest; // bytes counted when the oldest one that is still deferred was decided, or before
    private volatile bool _hasAny;

    /// <summary>Bytes that frozen values have for themselves, an estimate from above. O(shards).</summary>
    public long HeldBytes
    {
        get
        {
            SnapshotCapture? capture = store.Capture;
            if (!_hasAny && capture is null) return 0;
            long since = _hasAny ? Volatile.Read(ref _leftAtOldest) : long.MaxValue;
            if (capture is not null) since = Math.Min(since, capture.LeftBytesAtCut);
            return Math.Max(0, store.LeftBytes - since);
        }
    }

    /// <summary>
    /// Whether an operation may be left for later; else it is computed before it is acknowledged. False once frozen
    /// values hold an eighth of the memory budget.
    /// </summary>
    public bool HasRoom => store.Memory.HasPlaceFor(HeldBytes);

    /// <summary>Call when an operation is decided, with the shards of its keys held.</summary>
    public void Add()
    {
        Interlocked.Increment(ref _decided);
        if (_hasAny) return;
        lock (_lock)
        {
            if (_hasAny) return;
            Volatile.Write(ref _leftAtOldest, store.LeftBytes);
            _hasAny = true;
        }
    }

    /// <summary>Begins a look at all keys.</summary>
    /// <returns>To be given to <see cref="EndLook"/>.</returns>
    public (long Decided, long LeftBytes) BeginLook() => (Volatile.Read(ref _decided), store.LeftBytes);

    /// <summary>
    /// After a look at all keys that found no deferred operation, or after those found were computed.
    /// </summary>
    public void EndLook((long Decided, long LeftBytes) begin)
    {
        lock (_lock)
        {
            // What was decided meanwhile was decided later than that.
            Volatile.Write(ref _leftAtOldest, begin.LeftBytes);
            if (Volatile.Read(ref _decided) == begin.Decided) _hasAny = false;
        }
    }
}
