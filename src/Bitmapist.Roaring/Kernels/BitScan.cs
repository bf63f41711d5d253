using System.Numerics;

namespace Bitmapist.Roaring.Kernels;

/// <summary>Finds the next set or clear bit in a span of words, where bit i lies in word i / 64.</summary>
internal static class BitScan
{
    /// <summary>The first set bit at or after <paramref name="from"/> (0 … length in bits), or −1.</summary>
    public static int NextSet(ReadOnlySpan<ulong> words, int from)
    {
        int w = from >> 6;
        if (w >= words.Length) return -1;
        ulong word = words[w] & (ulong.MaxValue << (from & 63));
        while (word == 0)
        {
            if (++w == words.Length) return -1;
            word = words[w];
        }
        return (w << 6) + BitOperations.TrailingZeroCount(word);
    }

    /// <summary>The first clear bit at or after <paramref name="from"/>, or the length in bits.</summary>
    public static int NextClear(ReadOnlySpan<ulong> words, int from)
    {
        int w = from >> 6;
        if (w >= words.Length) return words.Length << 6;
        ulong word = ~words[w] & (ulong.MaxValue << (from & 63));
        while (word == 0)
        {
            if (++w == words.Length) return words.Length << 6;
            word = ~words[w];
        }
        return (w << 6) + BitOperations.TrailingZeroCount(word);
    }

    /// <summary>The last set bit; there is one.</summary>
    public static int Last(ReadOnlySpan<ulong> words)
    {
        int w = words.Length - 1;
        while (words[w] == 0) w--;
        return (w << 6) + BitOperations.Log2(words[w]);
    }
}
