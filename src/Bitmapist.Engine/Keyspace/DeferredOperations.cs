using Bitmapist.Engine.Bits;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// Bounds what the operands of bit operations that are decided and not computed keep in memory beyond the keys
/// themselves. A frozen operand takes no memory at first, as it shares its arrays with the key. It comes to have some
/// for itself when the key changes and the key's array is copied before it is written, or when the key loses its value
/// altogether. Shards count those bytes (<see cref="Shard.LeftBytes"/>), so operations decided at some moment or later
/// hold at most what was counted since. Thread-safe.
/// </summary>
internal sealed class DeferredOperations(KeyspaceStore store)
{
    private readonly Lock _lock = new();
    private long _decided; // operations, since the start
    private long _leftAtOldest; // bytes counted when the oldest one that is still deferred was decided, or before
    private volatile bool _hasAny;

    /// <summary>Bytes that operands have for themselves, an estimate from above. O(shards).</summary>
    public long HeldBytes =>
        _hasAny ? Math.Max(0, store.LeftBytes - Volatile.Read(ref _leftAtOldest)) : 0;

    /// <summary>
    /// Whether an operation may be left for later; else it is computed before it is acknowledged. False once operands
    /// hold an eighth of the memory budget.
    /// </summary>
    public bool HasRoom => store.Memory.HasPlaceFor(HeldBytes);

    /// <summary>Call when an operation is decided, with the shards of its keys held.</summary>
    public void Add()
    {
        Interlocked.Increment(ref _decided); // before the flag is read: EndLook has the counterpart
        if (_hasAny) return;
        lock (_lock)
        {
            if (_hasAny) return;
            Volatile.Write(ref _leftAtOldest, store.LeftBytes);
            _hasAny = true;
        }
    }

    /// <summary>Begins a look at all keys.</summary>
    public Look BeginLook() => new(Volatile.Read(ref _decided), store.LeftBytes);

    /// <summary>Ends it.</summary>
    /// <param name="begin">What began it.</param>
    /// <param name="leftAtOldest">The least <see cref="OperationSource.LeftBytesBefore"/> of the operations that keys
    /// have; null: none has one.</param>
    public void EndLook(Look begin, long? leftAtOldest)
    {
        lock (_lock)
        {
            // What was decided meanwhile was decided later than the look began.
            Volatile.Write(ref _leftAtOldest, Math.Min(leftAtOldest ?? long.MaxValue, begin.LeftBytes));
            if (leftAtOldest is not null) return;
            _hasAny = false;
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref _decided) != begin.Decided) _hasAny = true;
        }
    }

    /// <summary>How things were when a look at all keys began.</summary>
    internal readonly record struct Look(long Decided, long LeftBytes);
}
