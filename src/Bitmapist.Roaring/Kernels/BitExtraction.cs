using System.Numerics;

namespace Bitmapist.Roaring.Kernels;

/// <summary>Turns set bits into ascending values.</summary>
internal static class BitExtraction
{
    /// <summary>Spare elements behind the last value that a target must have: vector stores overshoot.</summary>
    public const int Slack = 32;

    /// <summary>
    /// Writes the positions of the set bits of 1,024 words to <paramref name="values"/>, which holds them and
    /// <see cref="Slack"/> more. Returns their number.
    /// </summary>
    public static int Values(ReadOnlySpan<ulong> words, Span<ushort> values) => ValuesScalar(words, values);

    internal static int ValuesScalar(ReadOnlySpan<ulong> words, Span<ushort> values)
    {
        int count = 0;
        for (int w = 0; w < words.Length; w++)
        {
            for (ulong word = words[w]; word != 0; word &= word - 1)
                values[count++] = (ushort)((w << 6) + BitOperations.TrailingZeroCount(word));
        }
        return count;
    }
}
