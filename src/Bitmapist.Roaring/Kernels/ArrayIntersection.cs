using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// Intersection and difference of strictly ascending 16-bit values. Results go to a span with room for all of the
/// smaller (intersection) or left (difference) operand and <see cref="Slack"/> more, which overlaps no operand. Each
/// returns the number of values. The vector forms compare eight values of each side at once, every one with every one,
/// and advance the side whose block ends first (after Schlegel, Willhalm, Lehner, "Fast Sorted-Set Intersection using
/// SIMD Instructions", ADMS 2011).
/// </summary>
internal static class ArrayIntersection
{
    /// <summary>Spare elements behind the last value that a result span must have: vector stores overshoot.</summary>
    public const int Slack = 32;

    /// <summary>Values of a vector block.</summary>
    private const int Block = 8;

    /// <summary>When one side is this many times longer, searching it beats walking it (measured: 24 … 48).</summary>
    private const int GallopRatio = 32;

    // Byte indices of four values from the i-th on, so that TurnI with Turn(I + 4) turns a block by i places. Written
    // as words, because the compiler folds those to constants.
    private const ulong Turn0 = 0x0706_0504_0302_0100, Turn1 = 0x0908_0706_0504_0302;
    private const ulong Turn2 = 0x0B0A_0908_0706_0504, Turn3 = 0x0D0C_0B0A_0908_0706;
    private const ulong Turn4 = 0x0F0E_0D0C_0B0A_0908, Turn5 = 0x0100_0F0E_0D0C_0B0A;
    private const ulong Turn6 = 0x0302_0100_0F0E_0D0C, Turn7 = 0x0504_0302_0100_0F0E;

    public static int Intersect(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        if (ShouldGallop(left, right)) return IntersectGalloping(left, right, result);
        if (ShouldGallop(right, left)) return IntersectGalloping(right, left, result);
        return Avx2.IsSupported ? IntersectVector(left, right, result) : IntersectScalar(left, right, result);
    }

    public static int Count(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right)
    {
        if (ShouldGallop(left, right)) return CountGalloping(left, right);
        if (ShouldGallop(right, left)) return CountGalloping(right, left);
        return Avx2.IsSupported ? CountVector(left, right) : CountScalar(left, right);
    }

    public static int Difference(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        if (ShouldGallop(left, right)) return DifferenceGalloping(left, right, result);
        return Avx2.IsSupported ? DifferenceVector(left, right, result) : DifferenceScalar(left, right, result);
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

    internal static int IntersectVector(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        ref ushort a = ref MemoryMarshal.GetReference(left), b = ref MemoryMarshal.GetReference(right);
        ref ushort target = ref MemoryMarshal.GetReference(result);
        nint i = 0, j = 0, leftEnd = left.Length - Block, rightEnd = right.Length - Block, count = 0;
        while (i <= leftEnd && j <= rightEnd)
        {
            Vector128<ushort> block = Vector128.LoadUnsafe(ref a, (nuint)i);
            uint matches = Matches(block, Vector128.LoadUnsafe(ref b, (nuint)j));
            VectorCompress.Front(block, matches).StoreUnsafe(ref target, (nuint)count);
            count += BitOperations.PopCount(matches);
            ushort leftLast = Unsafe.Add(ref a, i + Block - 1), rightLast = Unsafe.Add(ref b, j + Block - 1);
            i += leftLast <= rightLast ? Block : 0;
            j += rightLast <= leftLast ? Block : 0;
        }
        return (int)count + IntersectScalar(left[(int)i..], right[(int)j..], result[(int)count..]);
    }

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

    internal static int CountVector(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right)
    {
        ref ushort a = ref MemoryMarshal.GetReference(left), b = ref MemoryMarshal.GetReference(right);
        nint i = 0, j = 0, leftEnd = left.Length - Block, rightEnd = right.Length - Block;
        int count = 0;
        while (i <= leftEnd && j <= rightEnd)
        {
            count += BitOperations.PopCount(
                Matches(Vector128.LoadUnsafe(ref a, (nuint)i), Vector128.LoadUnsafe(ref b, (nuint)j)));
            ushort leftLast = Unsafe.Add(ref a, i + Block - 1), rightLast = Unsafe.Add(ref b, j + Block - 1);
            i += leftLast <= rightLast ? Block : 0;
            j += rightLast <= leftLast ? Block : 0;
        }
        return count + CountScalar(left[(int)i..], right[(int)j..]);
    }

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
        ref ushort a = ref MemoryMarshal.GetReference(left), b = ref MemoryMarshal.GetReference(right);
        ref ushort target = ref MemoryMarshal.GetReference(result);
        nint i = 0, j = 0, leftEnd = left.Length - Block, rightEnd = right.Length - Block, count = 0;
        uint found = 0; // the values of the left block met so far; they may be met in several right blocks
        while (i <= leftEnd && j <= rightEnd)
        {
            Vector128<ushort> block = Vector128.LoadUnsafe(ref a, (nuint)i);
            found |= Matches(block, Vector128.LoadUnsafe(ref b, (nuint)j));
            VectorCompress.Front(block, ~found & 0xFF).StoreUnsafe(ref target, (nuint)count);
            ushort leftLast = Unsafe.Add(ref a, i + Block - 1), rightLast = Unsafe.Add(ref b, j + Block - 1);
            bool leftEnds = leftLast <= rightLast;
            count += leftEnds ? BitOperations.PopCount(~found & 0xFF) : 0;
            found = leftEnds ? 0 : found;
            i += leftEnds ? Block : 0;
            j += rightLast <= leftLast ? Block : 0;
        }
        if (found == 0)
            return (int)count + DifferenceScalar(left[(int)i..], right[(int)j..], result[(int)count..]);
        // The block the loop ended in: what was met before is left out, the rest compared with what is to come.
        Span<ushort> remaining = stackalloc ushort[Block];
        VectorCompress.Front(Vector128.LoadUnsafe(ref a, (nuint)i), ~found & 0xFF).CopyTo(remaining);
        remaining = remaining[..(Block - BitOperations.PopCount(found))];
        ReadOnlySpan<ushort> rest = right[(int)j..];
        count += DifferenceScalar(remaining, rest, result[(int)count..]);
        return (int)count + DifferenceScalar(left[((int)i + Block)..], rest, result[(int)count..]);
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

    /// <summary>Bit i says whether value i of the left block is anywhere in the right one; AVX2 only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Matches(Vector128<ushort> left, Vector128<ushort> right) =>
        Avx512BW.IsSupported ? MatchesVector512(left, right) : MatchesVector256(left, right);

    /// <summary>
    /// The right block in four lanes, turned by 0, 1, 2 and 3 values, and again by 4 more: two comparisons see all 64
    /// pairs.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint MatchesVector512(Vector128<ushort> left, Vector128<ushort> right)
    {
        Vector512<byte> turns = Vector512.Create(
            Turn0, Turn4, Turn1, Turn5, Turn2, Turn6, Turn3, Turn7).AsByte();
        Vector512<byte> further = Vector512.Create(
            Turn4, Turn0, Turn5, Turn1, Turn6, Turn2, Turn7, Turn3).AsByte();
        Vector512<ushort> values = Vector512.Create(Vector256.Create(left, left));
        Vector512<byte> others = Vector512.Create(Vector256.Create(right, right)).AsByte();
        // Equal values differ by nothing: the smaller of two differences is zero where either is.
        Vector512<ushort> differences = Vector512.Min(
            values ^ Avx512BW.Shuffle(others, turns).AsUInt16(), values ^ Avx512BW.Shuffle(others, further).AsUInt16());
        uint lanes = (uint)Vector512.Equals(differences, Vector512<ushort>.Zero).ExtractMostSignificantBits();
        lanes |= lanes >> 16;
        return (lanes | lanes >> 8) & 0xFF;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint MatchesVector256(Vector128<ushort> left, Vector128<ushort> right)
    {
        Vector256<ushort> values = Vector256.Create(left, left);
        Vector256<byte> others = Vector256.Create(right, right).AsByte();
        Vector256<byte> turned0 = Avx2.Shuffle(others, Vector256.Create(Turn0, Turn4, Turn1, Turn5).AsByte());
        Vector256<byte> turned2 = Avx2.Shuffle(others, Vector256.Create(Turn2, Turn6, Turn3, Turn7).AsByte());
        Vector256<byte> turned4 = Avx2.Shuffle(others, Vector256.Create(Turn4, Turn0, Turn5, Turn1).AsByte());
        Vector256<byte> turned6 = Avx2.Shuffle(others, Vector256.Create(Turn6, Turn2, Turn7, Turn3).AsByte());
        Vector256<ushort> equal =
            Vector256.Equals(values, turned0.AsUInt16()) | Vector256.Equals(values, turned2.AsUInt16())
            | Vector256.Equals(values, turned4.AsUInt16()) | Vector256.Equals(values, turned6.AsUInt16());
        return (equal.GetLower() | equal.GetUpper()).ExtractMostSignificantBits();
    }
}
