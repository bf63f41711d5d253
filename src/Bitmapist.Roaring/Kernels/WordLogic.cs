using System.Numerics;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// AND, OR, XOR and AND NOT of words with the result's cardinality counted on the way. Operands and result have the
/// same length and may be the same memory.
/// </summary>
internal static class WordLogic
{
    public static int And(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result)
    {
        int count = 0;
        for (int i = 0; i < result.Length; i++) count += BitOperations.PopCount(result[i] = left[i] & right[i]);
        return count;
    }

    public static int Or(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result)
    {
        int count = 0;
        for (int i = 0; i < result.Length; i++) count += BitOperations.PopCount(result[i] = left[i] | right[i]);
        return count;
    }

    public static int Xor(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result)
    {
        int count = 0;
        for (int i = 0; i < result.Length; i++) count += BitOperations.PopCount(result[i] = left[i] ^ right[i]);
        return count;
    }

    public static int AndNot(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result)
    {
        int count = 0;
        for (int i = 0; i < result.Length; i++) count += BitOperations.PopCount(result[i] = left[i] & ~right[i]);
        return count;
    }

    public static int AndCount(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right)
    {
        int count = 0;
        for (int i = 0; i < left.Length; i++) count += BitOperations.PopCount(left[i] & right[i]);
        return count;
    }

    /// <summary>target |= source, without counting.</summary>
    public static void OrInto(ReadOnlySpan<ulong> source, Span<ulong> target)
    {
        for (int i = 0; i < target.Length; i++) target[i] |= source[i];
    }

    /// <summary>target ^= source, without counting.</summary>
    public static void XorInto(ReadOnlySpan<ulong> source, Span<ulong> target)
    {
        for (int i = 0; i < target.Length; i++) target[i] ^= source[i];
    }
}
