using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// Union and symmetric difference of strictly ascending 32-bit ids. The result has room for all of both and overlaps
/// neither. Each returns the number of ids written.
/// </summary>
internal static class IdMerge
{
    public static int Union(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, Span<uint> result) =>
        Merge(left, right, result, keepsPairs: 1);

    public static int SymmetricDifference(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, Span<uint> result) =>
        Merge(left, right, result, keepsPairs: 0);

    /// <summary>An id on both sides is written once, or (keepsPairs 0) overwritten by the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Merge(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right, Span<uint> result, int keepsPairs)
    {
        ref uint a = ref MemoryMarshal.GetReference(left), b = ref MemoryMarshal.GetReference(right);
        ref uint target = ref MemoryMarshal.GetReference(result[..(left.Length + right.Length)]);
        int i = 0, j = 0, count = 0;
        while (i < left.Length && j < right.Length)
        {
            uint leftId = Unsafe.Add(ref a, i), rightId = Unsafe.Add(ref b, j);
            Unsafe.Add(ref target, count) = Math.Min(leftId, rightId);
            count += leftId != rightId ? 1 : keepsPairs;
            i += leftId <= rightId ? 1 : 0;
            j += rightId <= leftId ? 1 : 0;
        }
        ReadOnlySpan<uint> rest = i < left.Length ? left[i..] : right[j..];
        rest.CopyTo(result[count..]);
        return count + rest.Length;
    }
}
