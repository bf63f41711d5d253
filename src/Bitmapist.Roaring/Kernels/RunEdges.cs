using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// The first and the last values of the maximal runs of strictly ascending values. A run's first value follows no
/// other, its last is followed by none, and the n-th of both belong together: so they can be gathered apart, in
/// vectors.
/// </summary>
internal static class RunEdges
{
    /// <summary>Spare elements behind the last run that both spans must have: vector stores overshoot.</summary>
    public const int Slack = 32;

    /// <summary>Returns the number of runs; both spans have room for as many as there are values, and more.</summary>
    public static int Find(ReadOnlySpan<ushort> values, Span<ushort> first, Span<ushort> last)
    {
        if (values.IsEmpty) return 0;
        // Vector stores are not checked one by one.
        ArgumentOutOfRangeException.ThrowIfLessThan(Math.Min(first.Length, last.Length), values.Length + Slack);
        first[0] = values[0];
        // A pair of neighbours that do not follow each other ends a run and begins another.
        int gaps = Avx512Vbmi2.IsSupported ? FindVector512(values, first[1..], last)
            : Vector128.IsHardwareAccelerated ? FindVector128(values, first[1..], last)
            : FindScalar(values, 0, first[1..], last);
        last[gaps] = values[^1];
        return gaps + 1;
    }

    /// <summary>Looks at pairs from one on.</summary>
    internal static int FindScalar(ReadOnlySpan<ushort> values, int from, Span<ushort> after, Span<ushort> before)
    {
        int count = 0;
        for (int i = from; i < values.Length - 1; i++)
        {
            after[count] = values[i + 1]; // overwritten unless counted
            before[count] = values[i];
            count += values[i] + 1 != values[i + 1] ? 1 : 0;
        }
        return count;
    }

    internal static int FindVector128(ReadOnlySpan<ushort> values, Span<ushort> after, Span<ushort> before)
    {
        ref ushort value = ref MemoryMarshal.GetReference(values);
        ref ushort afterFirst = ref MemoryMarshal.GetReference(after);
        ref ushort beforeFirst = ref MemoryMarshal.GetReference(before);
        int i = 0, count = 0;
        for (; i < values.Length - Vector128<ushort>.Count; i += Vector128<ushort>.Count)
        {
            Vector128<ushort> here = Vector128.LoadUnsafe(ref value, (nuint)i);
            Vector128<ushort> next = Vector128.LoadUnsafe(ref value, (nuint)(i + 1));
            uint gaps = ~Vector128.Equals(here + Vector128<ushort>.One, next).ExtractMostSignificantBits() & 0xFF;
            VectorCompress.Front(next, gaps).StoreUnsafe(ref afterFirst, (nuint)count);
            VectorCompress.Front(here, gaps).StoreUnsafe(ref beforeFirst, (nuint)count);
            count += BitOperations.PopCount(gaps);
        }
        return count + FindScalar(values, i, after[count..], before[count..]);
    }

    internal static int FindVector512(ReadOnlySpan<ushort> values, Span<ushort> after, Span<ushort> before)
    {
        ref ushort value = ref MemoryMarshal.GetReference(values);
        ref ushort afterFirst = ref MemoryMarshal.GetReference(after);
        ref ushort beforeFirst = ref MemoryMarshal.GetReference(before);
        int i = 0, count = 0;
        for (; i < values.Length - Vector512<ushort>.Count; i += Vector512<ushort>.Count)
        {
            Vector512<ushort> here = Vector512.LoadUnsafe(ref value, (nuint)i);
            Vector512<ushort> next = Vector512.LoadUnsafe(ref value, (nuint)(i + 1));
            Vector512<ushort> gaps = ~Vector512.Equals(here + Vector512<ushort>.One, next);
            Avx512Vbmi2.Compress(Vector512<ushort>.Zero, gaps, next).StoreUnsafe(ref afterFirst, (nuint)count);
            Avx512Vbmi2.Compress(Vector512<ushort>.Zero, gaps, here).StoreUnsafe(ref beforeFirst, (nuint)count);
            count += BitOperations.PopCount(gaps.ExtractMostSignificantBits());
        }
        return count + FindScalar(values, i, after[count..], before[count..]);
    }
}
