using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bitmapist.Roaring.Kernels;

/// <summary>Lower bounds in ascending spans: the index of the first element not below a value, or the length.</summary>
internal static class Search
{
    public static int LowerBound(ReadOnlySpan<ushort> values, ushort value) =>
        LowerBound(ref MemoryMarshal.GetReference(values), values.Length, value);

    public static int LowerBound(ReadOnlySpan<uint> values, uint value) =>
        LowerBound(ref MemoryMarshal.GetReference(values), values.Length, value);

    /// <summary>
    /// The same, starting at <paramref name="from"/> and doubling the stride, for callers that walk upwards:
    /// O(log distance).
    /// </summary>
    public static int Gallop(ReadOnlySpan<ushort> values, int from, ushort value)
    {
        if (from >= values.Length || values[from] >= value) return from;
        int low = from, stride = 1; // values[low] < value
        while (low + stride < values.Length && values[low + stride] < value)
        {
            low += stride;
            stride <<= 1;
        }
        int high = Math.Min(low + stride, values.Length);
        return low + 1 + LowerBound(values[(low + 1)..high], value);
    }

    public static int Gallop(ReadOnlySpan<uint> values, int from, uint value)
    {
        if (from >= values.Length || values[from] >= value) return from;
        int low = from, stride = 1; // values[low] < value
        while (low + stride < values.Length && values[low + stride] < value)
        {
            low += stride;
            stride <<= 1;
        }
        int high = Math.Min(low + stride, values.Length);
        return low + 1 + LowerBound(values[(low + 1)..high], value);
    }

    /// <summary>
    /// The index of the last run starting at or before <paramref name="value"/>, or −1. Runs are pairs: start,
    /// length − 1.
    /// </summary>
    public static int LastRunAtOrBefore(ReadOnlySpan<ushort> runs, int value)
    {
        ref ushort first = ref MemoryMarshal.GetReference(runs);
        int low = -1, length = runs.Length >> 1; // of the runs from low + 1 on, some may begin at or before the value
        while (length > 0)
        {
            int half = (length + 1) >> 1;
            low += half & ~(value - Unsafe.Add(ref first, 2 * (low + half)) >> 31);
            length -= half;
        }
        return low;
    }

    // Halving without a branch on the data, which would be mispredicted every other time. The compiler makes branches
    // of conditionals within loops, so the comparison is taken as a number.
    private static int LowerBound<T>(ref T first, int length, T value)
        where T : unmanaged, IComparisonOperators<T, T, bool>
    {
        if (length == 0) return 0;
        int low = 0;
        while (length > 1)
        {
            int half = length >> 1;
            low += -Below(Unsafe.Add(ref first, low + half - 1), value) & half;
            length -= half;
        }
        return low + Below(Unsafe.Add(ref first, low), value);
    }

    /// <summary>1 where the first is below the second, else 0.</summary>
    private static int Below<T>(T left, T right) where T : unmanaged, IComparisonOperators<T, T, bool> =>
        Unsafe.BitCast<bool, byte>(left < right);
}
