using System.Buffers;
using System.Diagnostics;

namespace Bitmapist.Transport.Memory;

/// <summary>
/// Buffers of one loop, last returned first, since that one is still in the processor's cache. Thread-safe: what was
/// received may be consumed on another thread.
/// </summary>
/// <param name="poison">Overwrite what is returned, so that a use after return shows.</param>
internal sealed class BlockPool(bool poison) : MemoryPool<byte>
{
    private const byte Poison = 0xDB;

    private readonly Lock _gate = new();
    private readonly Block?[] _free = new Block?[Limits.FreeBlocksMax];
    private int _freeCount;
    private int _rentedCount;

    public override int MaxBufferSize => Limits.BlockBytes;

    /// <summary>Blocks that are out.</summary>
    public int RentedCount => Volatile.Read(ref _rentedCount);

    /// <summary>A block of <see cref="Limits.BlockBytes"/> bytes, whatever they are.</summary>
    public Block Rent()
    {
        lock (_gate)
        {
            _rentedCount++;
            if (_freeCount > 0)
            {
                Block block = _free[--_freeCount]!;
                _free[_freeCount] = null;
                block.IsFree = false;
                return block;
            }
        }

        return new Block(this, GC.AllocateUninitializedArray<byte>(Limits.BlockBytes, pinned: true));
    }

    /// <summary>A block of at least so many bytes; a large one is not pooled.</summary>
    public Block RentAtLeast(int bytes) => bytes <= Limits.BlockBytes
        ? Rent()
        : new Block(null, GC.AllocateUninitializedArray<byte>(bytes, pinned: true));

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, MaxBufferSize);
        return Rent();
    }

    /// <summary>Takes a block back; <see cref="Block.Return"/> is how that is asked for.</summary>
    /// <exception cref="InvalidOperationException">It is back already: two owners would have had it.</exception>
    public void Return(Block block)
    {
        if (poison) block.Array.AsSpan().Fill(Poison);
        lock (_gate)
        {
            if (block.IsFree) throw new InvalidOperationException("A transport buffer was returned twice.");
            block.IsFree = true;
            _rentedCount--;
            Debug.Assert(_rentedCount >= 0, "More blocks came back than were out.");
            if (_freeCount < _free.Length) _free[_freeCount++] = block;
        }
    }

    protected override void Dispose(bool disposing)
    {
        // Blocks are ordinary memory: the collector takes them.
    }
}
