using System.Numerics;

namespace Bitmapist.Roaring.Kernels;

/// <summary>Counts set bits.</summary>
internal static class PopCount
{
    public static int Count(ReadOnlySpan<ulong> words) => CountScalar(words);

    internal static int CountScalar(ReadOnlySpan<ulong> words)
    {
        int count = 0;
        foreach (ulong word in words) count += BitOperations.PopCount(word);
        return count;
    }
}
