using System.Buffers;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.Memory;

/// <summary>
/// A buffer that never moves, so that the kernel may be given its address and keep it; at the same time a segment of
/// what is read. One owner at a time, which links blocks and keeps their positions.
/// </summary>
/// <param name="pool">Where it goes back to; null: to the collector.</param>
/// <param name="array">Allocated pinned, so that it stays where it is for as long as this block is referenced.</param>
internal sealed class Block(BlockPool? pool, byte[] array) : ReadOnlySequenceSegment<byte>
{
    public byte[] Array { get; } = array;

    /// <summary>First byte not yet sent, or not yet consumed.</summary>
    public int Start { get; set; }

    /// <summary>End of what may be sent, or read.</summary>
    public int End { get; set; }

    /// <summary>End of what is written; from <see cref="End"/> to here nothing is flushed. Sending only.</summary>
    public int Written { get; set; }

    /// <summary>The block whose bytes follow.</summary>
    public Block? Following
    {
        get => (Block?)Next;
        set => Next = value;
    }

    /// <summary>Bytes that can still be written.</summary>
    public int Room => Array.Length - Written;

    /// <summary>Free, in its pool: to be used or returned by nobody.</summary>
    public bool IsFree { get; set; }

    /// <summary>Makes what was received readable.</summary>
    /// <param name="runningIndex">Position, in all that was received, of the block's first byte.</param>
    public void Publish(long runningIndex)
    {
        RunningIndex = runningIndex;
        Memory = new ReadOnlyMemory<byte>(Array, 0, End);
    }

    /// <summary>Gives the block back.</summary>
    public void Return()
    {
        Start = End = Written = 0;
        Next = null;
        pool?.Return(this);
    }
}
