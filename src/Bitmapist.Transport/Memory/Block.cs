using System.Buffers;

namespace Bitmapist.Transport.Memory;

/// <summary>
/// A buffer that never moves: the kernel may be given its address and keep it. One owner at a time; the links and
/// positions are <see cref="Loops.LoopOutput"/>'s.
/// </summary>
internal sealed class Block(BlockPool? pool, byte[] array) : IMemoryOwner<byte>
{
    private readonly BlockPool? _pool = pool;

    /// <summary>Allocated pinned, so that it stays where it is for as long as this block is referenced.</summary>
    public byte[] Array { get; } = array;

    public Memory<byte> Memory => Array;

    /// <summary>First byte not yet sent.</summary>
    public int Start { get; set; }

    /// <summary>End of what may be sent.</summary>
    public int End { get; set; }

    /// <summary>End of what is written; from <see cref="End"/> to here nothing is flushed.</summary>
    public int Written { get; set; }

    /// <summary>The block whose bytes follow.</summary>
    public Block? Next { get; set; }

    /// <summary>Bytes that still fit.</summary>
    public int Room => Array.Length - Written;

    /// <summary>Free, in its pool: to be used or returned by nobody.</summary>
    public bool IsFree { get; set; }

    /// <summary>Gives the block back; one of odd size is left to the collector.</summary>
    public void Return()
    {
        Start = End = Written = 0;
        Next = null;
        if (_pool is null) return;
        _pool.Return(this);
    }

    void IDisposable.Dispose() => Return();
}
