using System.Diagnostics;
using System.Runtime.CompilerServices;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Linux;
using Bitmapist.Transport.Memory;

namespace Bitmapist.Transport.Loops;

/// <summary>
/// Blocks of bytes to be sent, in order. The last one may be "kept": somebody writes into it behind its end. A block
/// goes back to its pool when all its bytes are sent and it is not kept. The loop's thread's.
/// </summary>
internal sealed class SendQueue
{
    private Block? _first;

    /// <summary>The block that what comes next may be written into.</summary>
    public Block? Last { get; private set; }

    /// <summary>Adds blocks, from one to another.</summary>
    public void Add(Block first, Block last)
    {
        if (Last is null) _first = first;
        else Last.Following = first;
        Last = last;
    }

    /// <summary>
    /// Adds blocks, or copies their bytes where they fit behind the last: small replies from other threads would
    /// otherwise take a block each.
    /// </summary>
    public void AddOrCopy(Block first, Block last)
    {
        for (Block? block = first; block is not null;)
        {
            Block? following = block == last ? null : block.Following;
            int bytes = block.End - block.Start;
            if (Last is { } target && target.Room >= bytes)
            {
                block.Array.AsSpan(block.Start, bytes).CopyTo(target.Array.AsSpan(target.Written));
                target.End = target.Written += bytes;
                block.Return();
            }
            else
            {
                block.Following = null; // which may be copied, and used for something else
                Add(block, block);
            }

            block = following;
        }
    }

    /// <summary>Points the vectors at the bytes, as far as they go.</summary>
    /// <returns>How many vectors are used.</returns>
    public unsafe int Gather(Span<IoVector> vectors)
    {
        int count = 0;
        for (Block? block = _first; block is not null && count < vectors.Length; block = block.Following)
        {
            if (block.End > block.Start)
            {
                // Blocks are pinned for as long as they live, and this queue keeps them alive.
                byte* first = (byte*)Unsafe.AsPointer(ref block.Array[block.Start]);
                vectors[count++] = new IoVector { Base = first, Bytes = block.End - block.Start };
            }

            if (block == Last) break; // what follows it is not flushed
        }

        return count;
    }

    /// <summary>So many bytes are sent; returns the blocks that this uses up.</summary>
    public void Sent(long bytes, bool keepLast)
    {
        while (_first is { } block)
        {
            int taken = (int)Math.Min(bytes, block.End - block.Start);
            block.Start += taken;
            bytes -= taken;
            if (block.Start < block.End || (keepLast && block == Last)) break;
            RemoveFirst(block);
        }

        Debug.Assert(bytes == 0, "More was sent than there was.");
    }

    /// <summary>Drops everything.</summary>
    public void Drop(bool keepLast)
    {
        while (_first is { } block)
        {
            block.Start = block.End;
            if (keepLast && block == Last) return;
            RemoveFirst(block);
        }
    }

    private void RemoveFirst(Block block)
    {
        bool isLast = block == Last;
        _first = isLast ? null : block.Following;
        if (isLast) Last = null;
        block.Return();
    }
}
