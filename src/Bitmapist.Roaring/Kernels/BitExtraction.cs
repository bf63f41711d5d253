using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bitmapist.Roaring.Kernels;

/// <summary>Turns set bits into ascending values.</summary>
internal static class BitExtraction
{
    /// <summary>
    /// Below a bit in two words, on average, most of the work is finding words that are not empty, and vectors do
    /// that faster (measured: the two forms meet at 450 … 600 values of 1,024 words).
    /// </summary>
    private const int SparseWordsPerValue = 2;

    /// <summary>
    /// Writes the positions of the <paramref name="count"/> set bits of up to 1,024 words. Compressing positions with
    /// AVX-512 pays only beyond 3,000 bits, where nobody wants an array.
    /// </summary>
    public static void Values(ReadOnlySpan<ulong> words, int count, Span<ushort> values)
    {
        Debug.Assert(count == PopCount.Count(words));
        int written = count * SparseWordsPerValue < words.Length && Vector256.IsHardwareAccelerated
            ? ValuesSparse(words, values)
            : ValuesScalar(words, values);
        Debug.Assert(written == count);
    }

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

    /// <summary>
    /// Gathers which of 64 words are not empty, then visits those: a branch is mispredicted per 64 words, and where a
    /// word has several bits.
    /// </summary>
    internal static int ValuesSparse(ReadOnlySpan<ulong> words, Span<ushort> values)
    {
        const int GroupWords = 64;
        ref ulong first = ref MemoryMarshal.GetReference(words);
        int count = 0, group = 0;
        for (; group <= words.Length - GroupWords; group += GroupWords)
        {
            ulong empty = 0;
            for (int i = GroupWords - Vector256<ulong>.Count; i >= 0; i -= Vector256<ulong>.Count)
            {
                Vector256<ulong> isZero = Vector256.Equals(
                    Vector256.LoadUnsafe(ref first, (nuint)(group + i)), Vector256<ulong>.Zero);
                empty = empty << Vector256<ulong>.Count | isZero.ExtractMostSignificantBits();
            }
            for (ulong filled = ~empty; filled != 0; filled &= filled - 1)
            {
                int w = group + BitOperations.TrailingZeroCount(filled);
                ulong word = words[w];
                values[count++] = (ushort)((w << 6) + BitOperations.TrailingZeroCount(word));
                for (word &= word - 1; word != 0; word &= word - 1)
                    values[count++] = (ushort)((w << 6) + BitOperations.TrailingZeroCount(word));
            }
        }
        for (; group < words.Length; group++)
        {
            for (ulong word = words[group]; word != 0; word &= word - 1)
                values[count++] = (ushort)((group << 6) + BitOperations.TrailingZeroCount(word));
        }
        return count;
    }
}
