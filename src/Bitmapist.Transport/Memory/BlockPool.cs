using Bitmapist.Transport.Contract;
namespace Bitmapist.Transport.Memory;

/// <summary>
/// Buffers of one loop, last returned first, since that one is still in the processor's cache. The loop's thread takes
/// no lock, which would cost more than all the rest; other threads may rent and return as well, by a list of theirs.
/// </summary>
/// <param name="poison">Overwrite what is returned, so that a use after return shows.</param>
internal sealed class BlockPool(bool poison)
{
    private const byte Poison = 0xDB;

    private readonly Stack<Block> _free = new(TransportLimits.FreeBlocksMax); // the owner's
    private readonly Stack<Block> _returned = new(); // other threads', under its lock
    private readonly Lock _gate = new();
    private int _ownerId = -1;
    private volatile bool _hasReturned;

    private bool IsOwner => Environment.CurrentManagedThreadId == _ownerId;

    /// <summary>Makes this thread the one that takes no lock; before anything is rented.</summary>
    public void Own() => _ownerId = Environment.CurrentManagedThreadId;

    /// <summary>A block of <see cref="TransportLimits.BlockBytes"/> bytes, whatever they are.</summary>
    public Block Rent()
    {
        if (!IsOwner) return TakeReturned() ?? New();
        if (_free.TryPop(out Block? block))
        {
            block.IsFree = false;
            return block;
        }

        return (_hasReturned ? TakeReturned() : null) ?? New();
    }

    /// <summary>A block of at least so many bytes; a large one is not pooled.</summary>
    public Block RentAtLeast(int bytes) => bytes <= TransportLimits.BlockBytes
        ? Rent()
        : new Block(null, GC.AllocateUninitializedArray<byte>(bytes, pinned: true));

    /// <summary>Takes a block back; <see cref="Block.Return"/> is how that is asked for.</summary>
    /// <exception cref="InvalidOperationException">It is back already: two owners would have had it.</exception>
    public void Return(Block block)
    {
        if (block.IsFree) throw new InvalidOperationException("A transport buffer was returned twice.");
        if (poison) block.Array.AsSpan().Fill(Poison);
        block.IsFree = true;
        if (IsOwner)
        {
            if (_free.Count < TransportLimits.FreeBlocksMax) _free.Push(block);
            return;
        }

        lock (_gate)
        {
            if (_returned.Count < TransportLimits.FreeBlocksMax) _returned.Push(block);
            _hasReturned = true;
        }
    }

    private Block New() => new(this, GC.AllocateUninitializedArray<byte>(TransportLimits.BlockBytes, pinned: true));

    private Block? TakeReturned()
    {
        lock (_gate)
        {
            if (!_returned.TryPop(out Block? block)) return null;
            _hasReturned = _returned.Count > 0;
            block.IsFree = false;
            return block;
        }
    }
}
