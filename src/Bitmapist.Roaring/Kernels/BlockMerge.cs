using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// The intersection of strictly ascending 16-bit values by blocks of eight (after Schlegel, Willhalm, Lehner, "Fast
/// Sorted-Set Intersection using SIMD Instructions", ADMS 2011): two blocks are compared as wholes, and the side whose
/// block ends first goes on. Which side that is can only be told when both ends have been loaded, and the next loads
/// wait for it. So two merges run at once, one from the front and one from the back, until they meet: neither waits for
/// the other, and no place to split the arrays at has to be searched for.
/// </summary>
internal static unsafe class BlockMerge
{
    private const int Block = BlockMatches.Block;

    // Of a block, for arithmetic on addresses.
    private const int BlockBytes = Block * sizeof(ushort);

    // The larger the array, the less the rest in the middle matters, of which a side has less than two blocks.
    private const int RestMax = 2 * Block;

    /// <summary>The number of values in both; each side has at least one block.</summary>
    public static int Count(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right)
    {
        fixed (ushort* leftFirst = left, rightFirst = right)
        {
            ushort* a = leftFirst, aEnd = a + left.Length, b = rightFirst, bEnd = b + right.Length;
            nint count = 0;
            while (a + 2 * Block <= aEnd && b + 2 * Block <= bEnd)
            {
                uint front = BlockMatches.Mark(a, b), back = BlockMatches.Mark(aEnd - Block, bEnd - Block);
                nint ahead = (nint)a[Block - 1] - b[Block - 1], behind = (nint)bEnd[-Block] - aEnd[-Block];
                a = Forward(a, StepUnlessAbove(ahead));
                b = Forward(b, StepUnlessAbove(-ahead));
                aEnd = Backward(aEnd, StepUnlessAbove(behind));
                bEnd = Backward(bEnd, StepUnlessAbove(-behind));
                count += BitOperations.PopCount(front | (ulong)back << 32);
            }
            ushort* rest = stackalloc ushort[RestMax + Block];
            return (int)count + Rest(
                new Range(a, aEnd, leftFirst + left.Length), new Range(b, bEnd, rightFirst + right.Length), rest);
        }
    }

    /// <summary>
    /// Writes the values in both, each side having at least one block, to a span with room for the smaller one and 32
    /// values more. Returns their number.
    /// </summary>
    public static int Intersect(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        int room = Math.Min(left.Length, right.Length) + ArrayIntersection.Slack;
        fixed (ushort* leftFirst = left, rightFirst = right, target = result[..room])
        {
            ushort* a = leftFirst, aEnd = a + left.Length, b = rightFirst, bEnd = b + right.Length;
            // The back's values gather at the end of the room; between both stay the 32 values of slack at least.
            ushort* front = target, back = target + room;
            while (a + 2 * Block <= aEnd && b + 2 * Block <= bEnd)
            {
                uint ascending = BlockMatches.Find(a, b), descending = BlockMatches.Find(aEnd - Block, bEnd - Block);
                VectorCompress.Front(Vector128.Load(a), ascending).Store(front);
                VectorCompress.Back(Vector128.Load(aEnd - Block), descending).Store(back - Block);
                front += BitOperations.PopCount(ascending);
                back -= BitOperations.PopCount(descending);
                nint ahead = (nint)a[Block - 1] - b[Block - 1], behind = (nint)bEnd[-Block] - aEnd[-Block];
                a = Forward(a, StepUnlessAbove(ahead));
                b = Forward(b, StepUnlessAbove(-ahead));
                aEnd = Backward(aEnd, StepUnlessAbove(behind));
                bEnd = Backward(bEnd, StepUnlessAbove(-behind));
            }
            front += Rest(
                new Range(a, aEnd, leftFirst + left.Length), new Range(b, bEnd, rightFirst + right.Length), front);
            int backCount = (int)(target + room - back);
            new ReadOnlySpan<ushort>(back, backCount).CopyTo(new Span<ushort>(front, backCount));
            return (int)(front - target) + backCount;
        }
    }

    /// <summary>
    /// Writes what is in both ranges, and up to a block of anything behind it; returns the number of values. Blocks at
    /// the edges reach over them, into what was compared already: such values are left out on both sides.
    /// </summary>
    private static int Rest(Range left, Range right, ushort* target)
    {
        Vector128<short> places = Vector128.CreateSequence<short>(0, 1);
        ushort* a = left.First, b = right.First;
        int count = 0;
        while (a < left.End && b < right.End)
        {
            ushort* aBlock = left.BlockAt(a), bBlock = right.BlockAt(b);
            int aUsed = left.UsedOf(aBlock), bUsed = right.UsedOf(bBlock);
            Vector128<short> hidden = Vector128.LessThan(places, Vector128.Create((short)(b - bBlock)))
                | Vector128.GreaterThanOrEqual(places, Vector128.Create((short)bUsed));
            uint wanted = (0xFFu << (int)(a - aBlock)) & (0xFFu >> (Block - aUsed));
            uint matches = BlockMatches.FindSeen(aBlock, bBlock, hidden.AsUInt16()) & wanted;
            VectorCompress.Front(Vector128.Load(aBlock), matches).Store(target + count);
            count += BitOperations.PopCount(matches);
            ushort aLast = aBlock[aUsed - 1], bLast = bBlock[bUsed - 1];
            if (aLast <= bLast) a = aBlock + aUsed;
            if (bLast <= aLast) b = bBlock + bUsed;
        }
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort* Forward(ushort* at, nint bytes) => (ushort*)((byte*)at + bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort* Backward(ushort* at, nint bytes) => (ushort*)((byte*)at - bytes);

    /// <summary>
    /// The bytes of a block, or 0 where the difference of two ends is positive. By its sign: the compiler makes a
    /// branch of a conditional within a loop, and this one would be mispredicted every third time.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint StepUnlessAbove(nint difference) => (nint)(~(nuint)(-difference) >> 59) & BlockBytes;

    /// <summary>Values to be looked at, of an array with a block at least.</summary>
    private readonly struct Range(ushort* first, ushort* end, ushort* arrayEnd)
    {
        public ushort* First { get; } = first;

        public ushort* End { get; } = end;

        /// <summary>A block with the value, entirely within the array.</summary>
        public ushort* BlockAt(ushort* value) => value <= arrayEnd - Block ? value : arrayEnd - Block;

        /// <summary>How many values from the block's start to the range's end, at most a block.</summary>
        public int UsedOf(ushort* block) => (int)Math.Min(End - block, Block);
    }
}
