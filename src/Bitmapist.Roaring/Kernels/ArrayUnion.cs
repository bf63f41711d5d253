using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// Union and symmetric difference of strictly ascending 16-bit values. Results go to a span with room for all of both
/// and <see cref="Slack"/> more, which overlaps no operand. Each returns the number of values. The vector forms merge
/// blocks of eight in registers with a bitonic network and drop repeated values from the merged stream, in which each
/// value is there at most twice (after Inoue, Moriyama, Komatsu, Nakatani, "AA-Sort", PACT 2007, §2.2).
/// </summary>
internal static class ArrayUnion
{
    /// <summary>Spare elements behind the last value that a result span must have: vector stores overshoot.</summary>
    public const int Slack = 32;

    /// <summary>Values of a vector block.</summary>
    private const int Block = 8;

    /// <summary>
    /// When one side is this many times longer, it is copied piece by piece around the other's values.
    /// </summary>
    private const int PiecesRatio = 16;

    public static int Union(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        if (left.Length * PiecesRatio < right.Length) return MergePieces(left, right, result, keepsPairs: true);
        if (right.Length * PiecesRatio < left.Length) return MergePieces(right, left, result, keepsPairs: true);
        return Sse41.IsSupported ? UnionVector(left, right, result) : UnionScalar(left, right, result);
    }

    public static int SymmetricDifference(
        ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        if (left.Length * PiecesRatio < right.Length) return MergePieces(left, right, result, keepsPairs: false);
        if (right.Length * PiecesRatio < left.Length) return MergePieces(right, left, result, keepsPairs: false);
        return Sse41.IsSupported
            ? SymmetricDifferenceVector(left, right, result)
            : SymmetricDifferenceScalar(left, right, result);
    }

    /// <summary>
    /// Union, or symmetric difference where <paramref name="keepsPairs"/> is false: between any two of the few values
    /// a piece of the many is copied whole.
    /// </summary>
    internal static int MergePieces(
        ReadOnlySpan<ushort> few, ReadOnlySpan<ushort> many, Span<ushort> result, bool keepsPairs)
    {
        int position = 0, count = 0;
        foreach (ushort value in few)
        {
            int found = Search.Gallop(many, position, value);
            many[position..found].CopyTo(result[count..]);
            count += found - position;
            bool isPair = found < many.Length && many[found] == value;
            if (keepsPairs || !isPair) result[count++] = value;
            position = isPair ? found + 1 : found;
        }
        many[position..].CopyTo(result[count..]);
        return count + many.Length - position;
    }

    internal static int UnionScalar(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        int i = 0, j = 0, count = 0;
        while (i < left.Length && j < right.Length)
        {
            ushort a = left[i], b = right[j];
            result[count++] = Math.Min(a, b);
            i += a <= b ? 1 : 0;
            j += b <= a ? 1 : 0;
        }
        return count + CopyRest(left[i..], right[j..], result[count..]);
    }

    internal static int UnionVector(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        if (left.Length < Block || right.Length < Block) return UnionScalar(left, right, result);
        ref ushort target = ref MemoryMarshal.GetReference(result);
        Merge merge = new(left, right);
        int count = 0;
        Vector128<ushort> before = Vector128.Create((ushort)(Math.Min(left[0], right[0]) ^ 1)); // unlike the first
        while (true)
        {
            Vector128<ushort> block = merge.Lower;
            Vector128<ushort> previous = Ssse3.AlignRight(block.AsByte(), before.AsByte(), 14).AsUInt16();
            uint repeated = Vector128.Equals(block, previous).ExtractMostSignificantBits();
            VectorCompress.Front(block, ~repeated & 0xFF).StoreUnsafe(ref target, (nuint)count);
            count += BitOperations.PopCount(~repeated & 0xFF);
            before = block;
            if (!merge.CanAdvance(left, right)) break;
            merge.Advance(left, right);
        }
        // The last value written takes part again: what is left may begin with it.
        Span<ushort> kept = stackalloc ushort[1 + Block + Slack], some = stackalloc ushort[1 + 2 * Block + Slack];
        kept[0] = result[--count];
        merge.Upper.CopyTo(kept[1..]);
        int keptCount = 1;
        for (int i = 1; i <= Block; i++)
        {
            ushort value = kept[i];
            if (value != kept[keptCount - 1]) kept[keptCount++] = value;
        }
        merge.Rest(left, right, out ReadOnlySpan<ushort> fewer, out ReadOnlySpan<ushort> more);
        int someCount = UnionScalar(kept[..keptCount], fewer, some);
        return count + UnionScalar(some[..someCount], more, result[count..]);
    }

    internal static int SymmetricDifferenceScalar(
        ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        int i = 0, j = 0, count = 0;
        while (i < left.Length && j < right.Length)
        {
            ushort a = left[i], b = right[j];
            result[count] = Math.Min(a, b);
            count += a != b ? 1 : 0;
            i += a <= b ? 1 : 0;
            j += b <= a ? 1 : 0;
        }
        return count + CopyRest(left[i..], right[j..], result[count..]);
    }

    internal static int SymmetricDifferenceVector(
        ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        if (left.Length < Block || right.Length < Block) return SymmetricDifferenceScalar(left, right, result);
        ref ushort target = ref MemoryMarshal.GetReference(result);
        Merge merge = new(left, right);
        int count = 0;
        // A value is kept when neither neighbour equals it; so the stream is written one value late.
        Vector128<ushort> before = Vector128.Create((ushort)(Math.Min(left[0], right[0]) ^ 1)); // unlike the first
        while (true)
        {
            Vector128<ushort> block = merge.Lower;
            Vector128<ushort> late = Ssse3.AlignRight(block.AsByte(), before.AsByte(), 14).AsUInt16();
            Vector128<ushort> later = Ssse3.AlignRight(block.AsByte(), before.AsByte(), 12).AsUInt16();
            uint paired = (Vector128.Equals(late, block) | Vector128.Equals(late, later)).ExtractMostSignificantBits();
            VectorCompress.Front(late, ~paired & 0xFF).StoreUnsafe(ref target, (nuint)count);
            count += BitOperations.PopCount(~paired & 0xFF);
            before = block;
            if (!merge.CanAdvance(left, right)) break;
            merge.Advance(left, right);
        }
        // The last value of the stream is still to be written, unless it was the second of a pair.
        Span<ushort> kept = stackalloc ushort[1 + Block + Slack], some = stackalloc ushort[1 + 2 * Block + Slack];
        Span<ushort> upper = stackalloc ushort[Block];
        merge.Upper.CopyTo(upper);
        int keptCount = 0;
        if (before[7] != before[6]) kept[keptCount++] = before[7];
        foreach (ushort value in upper)
        {
            if (keptCount > 0 && kept[keptCount - 1] == value) keptCount--;
            else kept[keptCount++] = value;
        }
        merge.Rest(left, right, out ReadOnlySpan<ushort> fewer, out ReadOnlySpan<ushort> more);
        int someCount = SymmetricDifferenceScalar(kept[..keptCount], fewer, some);
        return count + SymmetricDifferenceScalar(some[..someCount], more, result[count..]);
    }

    /// <summary>At most one of the two has values left.</summary>
    private static int CopyRest(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right, Span<ushort> result)
    {
        ReadOnlySpan<ushort> rest = left.IsEmpty ? right : left;
        rest.CopyTo(result);
        return rest.Length;
    }

    /// <summary>
    /// The merged stream of two arrays of at least a block each: the next eight values, and the eight behind them as
    /// far as they are known.
    /// </summary>
    private struct Merge
    {
        private nint _i = Block; // the next block of the left
        private nint _j = Block;

        public Merge(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right)
        {
            Upper = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(left));
            Step(Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(right)));
        }

        /// <summary>The next values of the stream, ascending.</summary>
        public Vector128<ushort> Lower { get; private set; }

        /// <summary>The larger values of the two blocks merged last, ascending.</summary>
        public Vector128<ushort> Upper { get; private set; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly bool CanAdvance(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right) =>
            _i <= left.Length - Block && _j <= right.Length - Block;

        /// <summary>
        /// Merges the block that begins lower, so that nothing behind it can belong before the next eight.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Advance(ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right)
        {
            ref ushort a = ref Unsafe.Add(ref MemoryMarshal.GetReference(left), _i);
            ref ushort b = ref Unsafe.Add(ref MemoryMarshal.GetReference(right), _j);
            bool fromLeft = a <= b;
            _i += fromLeft ? Block : 0;
            _j += fromLeft ? 0 : Block;
            Step(Vector128.LoadUnsafe(ref fromLeft ? ref a : ref b));
        }

        /// <summary>What is left of both sides; the one that ended the merge has less than a block.</summary>
        public readonly void Rest(
            ReadOnlySpan<ushort> left, ReadOnlySpan<ushort> right,
            out ReadOnlySpan<ushort> fewer, out ReadOnlySpan<ushort> more)
        {
            fewer = left[(int)_i..];
            more = right[(int)_j..];
            if (fewer.Length < Block) return;
            ReadOnlySpan<ushort> swap = fewer;
            fewer = more;
            more = swap;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Step(Vector128<ushort> block)
        {
            // One sequence up, the other down: the minima and maxima are bitonic, and no minimum exceeds a maximum.
            Vector128<byte> turned = Vector128.Create((byte)14, 15, 12, 13, 10, 11, 8, 9, 6, 7, 4, 5, 2, 3, 0, 1);
            Vector128<ushort> down = Ssse3.Shuffle(Upper.AsByte(), turned).AsUInt16();
            Lower = SortBitonic(Vector128.Min(block, down));
            Upper = SortBitonic(Vector128.Max(block, down));
        }

        /// <summary>Compares at distances 4, 2 and 1; the smaller of each pair goes to the lower place.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<ushort> SortBitonic(Vector128<ushort> values)
        {
            Vector128<ushort> other = Sse2.Shuffle(values.AsUInt32(), 0b01_00_11_10).AsUInt16();
            values = Sse41.Blend(Vector128.Min(values, other), Vector128.Max(values, other), 0b1111_0000);
            other = Sse2.Shuffle(values.AsUInt32(), 0b10_11_00_01).AsUInt16();
            values = Sse41.Blend(Vector128.Min(values, other), Vector128.Max(values, other), 0b1100_1100);
            Vector128<byte> swapped = Vector128.Create((byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
            other = Ssse3.Shuffle(values.AsByte(), swapped).AsUInt16();
            return Sse41.Blend(Vector128.Min(values, other), Vector128.Max(values, other), 0b1010_1010);
        }
    }
}
