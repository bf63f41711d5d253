using System.Numerics;
using System.Runtime.Intrinsics;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// Intersection and difference of strictly ascending 16-bit values. Results go to a span with room for all of the
/// smaller (intersection) or left (difference) operand and <see cref="Slack"/> more, which overlaps no operand. Each
/// returns the number of values. The vector forms compare blocks of eight values, see <see cref="BlockMerge"/>.
/// </summary>
internal static unsafe class ArrayIntersection
{
    /// <summary>Spare elements behind the last value that a result span must have: vector stores overshoot.</summary>
    public const int Slack = 32;

    /// <summary>Values of a vector block.</summary>
    private const int Block = BlockMatches.Block;

    /// <summary>When one side is this many times longer, searching it beats walking it (measured: 24 … 48).</summary>
    private const int GallopRatio = 32;

    public static int Intersect(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        if (ShouldGallop(left, right)) return IntersectGalloping(left, right, result);
        if (ShouldGallop(right, left)) return IntersectGalloping(right, left, result);
        return BlockMatches.IsAccelerated
            ? IntersectVector(left, right, result)
            : IntersectScalar(left, right, result);
    }

    public static int Count(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right)
    {
        if (ShouldGallop(left, right)) return CountGalloping(left, right);
        if (ShouldGallop(right, left)) return CountGalloping(right, left);
        return BlockMatches.IsAccelerated ? CountVector(left, right) : CountScalar(left, right);
    }

    public static int Difference(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        if (ShouldGallop(left, right)) return DifferenceGalloping(left, right, result);
        return BlockMatches.IsAccelerated
            ? DifferenceVector(left, right, result)
            : DifferenceScalar(left, right, result);
    }

    /// <summary>Fewer than a block cannot be compared in vectors, so they are searched for much sooner.</summary>
    private static bool ShouldGallop(ReadOnlySpan<ushort> few, ReadOnlySpan<ushort> many) =>
        few.Length * (few.Length < Block ? 4 : GallopRatio) < many.Length;

    internal static int IntersectScalar(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        int i = 0, j = 0, count = 0;
        while (i < left.Length && j < right.Length)
        {
            ushort a = left[i], b = right[j];
            result[count] = a; // overwritten unless counted: no branch to mispredict
            count += a == b ? 1 : 0;
            i += a <= b ? 1 : 0;
            j += b <= a ? 1 : 0;
        }
        return count;
    }

    internal static int IntersectVector(
        ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result) =>
        left.Length < Block || right.Length < Block
            ? IntersectScalar(left, right, result)
            : BlockMerge.Intersect(left, right, result);

    internal static int IntersectGalloping(ReadOnlySpan<ushort> few, ReadOnlySpan<ushort> many, Span<ushort> result)
    {
        int position = 0, count = 0;
        foreach (ushort value in few)
        {
            position = Search.Gallop(many, position, value);
            if (position == many.Length) break;
            result[count] = value;
            count += many[position] == value ? 1 : 0;
        }
        return count;
    }

    internal static int CountScalar(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right)
    {
        int i = 0, j = 0, count = 0;
        while (i < left.Length && j < right.Length)
        {
            ushort a = left[i], b = right[j];
            count += a == b ? 1 : 0;
            i += a <= b ? 1 : 0;
            j += b <= a ? 1 : 0;
        }
        return count;
    }

    internal static int CountVector(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right) =>
        left.Length < Block || right.Length < Block ? CountScalar(left, right) : BlockMerge.Count(left, right);

    internal static int CountGalloping(ReadOnlySpan<ushort> few, ReadOnlySpan<ushort> many)
    {
        int position = 0, count = 0;
        foreach (ushort value in few)
        {
            position = Search.Gallop(many, position, value);
            if (position == many.Length) break;
            count += many[position] == value ? 1 : 0;
        }
        return count;
    }

    internal static int DifferenceScalar(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        int i = 0, j = 0, count = 0;
        while (i < left.Length && j < right.Length)
        {
            ushort a = left[i], b = right[j];
            result[count] = a;
            count += a < b ? 1 : 0;
            i += a <= b ? 1 : 0;
            j += b <= a ? 1 : 0;
        }
        left[i..].CopyTo(result[count..]);
        return count + left.Length - i;
    }

    internal static int DifferenceVector(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        int i = 0, j = 0, leftEnd = left.Length - Block, rightEnd = right.Length - Block, count = 0;
        uint found = 0; // the values of the left block met so far; they may be met in several right blocks
        fixed (ushort* a = left, b = right, target = result)
        {
            while (i <= leftEnd && j <= rightEnd)
            {
                found |= BlockMatches.Find(a + i, b + j);
                VectorCompress.Front(Vector128.Load(a + i), ~found & 0xFF).Store(target + count);
                int ahead = a[i + Block - 1] - b[j + Block - 1];
                // By sign, not by condition: which side ends first is anyone's guess.
                int leftEnds = ~(-ahead >> 31), rightEnds = ~(ahead >> 31);
                count += BitOperations.PopCount(~found & 0xFF) & leftEnds;
                found &= (uint)~leftEnds;
                i += leftEnds & Block;
                j += rightEnds & Block;
            }
        }
        if (found == 0) return count + DifferenceScalar(left[i..], right[j..], result[count..]);
        // The block the loop ended in: what was met before is left out, the rest compared with what is to come.
        Span<ushort> remaining = stackalloc ushort[Block];
        VectorCompress.Front(Vector128.Create(left[i..]), ~found & 0xFF).CopyTo(remaining);
        remaining = remaining[..(Block - BitOperations.PopCount(found))];
        ReadOnlySpan<ushort> rest = right[j..];
        count += DifferenceScalar(remaining, rest, result[count..]);
        return count + DifferenceScalar(left[(i + Block)..], rest, result[count..]);
    }

    internal static int DifferenceGalloping(ReadOnlySpan<ushort> few, ReadOnlySpan<ushort> many, Span<ushort> result)
    {
        int position = 0, count = 0;
        foreach (ushort value in few)
        {
            position = Search.Gallop(many, position, value);
            result[count] = value;
            count += position < many.Length && many[position] == value ? 0 : 1;
        }
        return count;
    }
}
