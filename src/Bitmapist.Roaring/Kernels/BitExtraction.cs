using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bitmapist.Roaring.Kernels;

/// <summary>Turns set bits into ascending values.</summary>
internal static class BitExtraction
{
    /// <summary>Spare elements behind the last value that a target must have: vector stores overshoot.</summary>
    public const int Slack = 32;

    /// <summary>
    /// Writes the positions of the set bits of up to 1,024 words to <paramref name="values"/>, which holds them and
    /// <see cref="Slack"/> more. Returns their number.
    /// </summary>
    public static int Values(ReadOnlySpan<ulong> words, Span<ushort> values) =>
        Avx512Vbmi2.IsSupported ? ValuesVector(words, values) : ValuesScalar(words, values);

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
    /// Compresses the positions of half a word's bits, 32 16-bit numbers, by those bits; empty words are found eight
    /// at a time.
    /// </summary>
    internal static int ValuesVector(ReadOnlySpan<ulong> words, Span<ushort> values)
    {
        Debug.Assert(values.Length >= PopCount.Count(words) + Slack);
        ref ulong first = ref MemoryMarshal.GetReference(words);
        ref ushort target = ref MemoryMarshal.GetReference(values);
        Vector512<ushort> positions = Vector512.CreateSequence<ushort>(0, 1);
        nuint count = 0;
        int w = 0;
        for (; w <= words.Length - Vector512<ulong>.Count; w += Vector512<ulong>.Count)
        {
            Vector512<ulong> zeros = Vector512.Equals(Vector512.LoadUnsafe(ref first, (nuint)w), Vector512<ulong>.Zero);
            uint filled = ~(uint)zeros.ExtractMostSignificantBits() & 0xFF;
            for (; filled != 0; filled &= filled - 1)
            {
                int at = w + BitOperations.TrailingZeroCount(filled);
                count = Expand(Unsafe.Add(ref first, at), (ushort)(at << 6), positions, ref target, count);
            }
        }
        for (; w < words.Length; w++)
            count = Expand(Unsafe.Add(ref first, w), (ushort)(w << 6), positions, ref target, count);
        return (int)count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint Expand(ulong word, ushort start, Vector512<ushort> positions, ref ushort target, nuint count)
    {
        Vector512<ushort> low = positions + Vector512.Create(start);
        count = ExpandHalf((uint)word, low, ref target, count);
        return ExpandHalf((uint)(word >> 32), low + Vector512.Create((ushort)32), ref target, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint ExpandHalf(uint bits, Vector512<ushort> values, ref ushort target, nuint count)
    {
        // Lane i tests bit i: lanes 0 … 15 look at the lower 16 bits, lanes 16 … 31 at the upper ones.
        Vector512<ushort> tests = Vector512.Create(
            Vector256.Create((ushort)1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768));
        Vector512<ushort> halves =
            Vector512.Create(Vector256.Create((ushort)bits), Vector256.Create((ushort)(bits >> 16)));
        Vector512<ushort> chosen = Vector512.Equals(halves & tests, tests);
        Avx512Vbmi2.Compress(Vector512<ushort>.Zero, chosen, values).StoreUnsafe(ref target, count);
        return count + (uint)BitOperations.PopCount(bits);
    }
}
