using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bitmapist.Roaring.Kernels;

/// <summary>Whether values ascend: what the bytes of an array have to show before they are believed.</summary>
internal static class AscendingValues
{
    /// <summary>Whether each value is above the one before it.</summary>
    public static bool Are(ReadOnlySpan<ushort> values)
    {
        ref ushort first = ref MemoryMarshal.GetReference(values);
        int i = 0, pairs = values.Length - 1; // pair i is values i and i + 1
        if (Vector256.IsHardwareAccelerated && pairs >= Vector256<ushort>.Count)
        {
            Vector256<ushort> ascends = Vector256<ushort>.AllBitsSet;
            int last = pairs - Vector256<ushort>.Count;
            for (; i < last; i += Vector256<ushort>.Count) ascends &= Ascends(ref first, i);
            ascends &= Ascends(ref first, last); // reaching back over some that were looked at
            return ascends == Vector256<ushort>.AllBitsSet;
        }
        for (; i < pairs; i++)
        {
            if (values[i] >= values[i + 1]) return false;
        }
        return true;
    }

    private static Vector256<ushort> Ascends(ref ushort first, int i) => Vector256.LessThan(
        Vector256.LoadUnsafe(ref first, (nuint)i), Vector256.LoadUnsafe(ref first, (nuint)(i + 1)));
}
