using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// Counts maximal runs of consecutive values. Each method stops as soon as there are as many as the caller takes for
/// too many, and then returns that number or any above: random values show early that runs are not their form.
/// </summary>
internal static class RunCount
{
    // Vectors between two looks at the sum: 512 values, and a lane counts to 32.
    private const int BlockVectors = 32;

    /// <summary>Runs of strictly ascending values.</summary>
    public static int OfValues(ReadOnlySpan<ushort> values, int limit) =>
        Vector256.IsHardwareAccelerated ? OfValuesVector256(values, limit) : OfValuesScalar(values, limit);

    /// <summary>Runs of strictly ascending ids of one chunk.</summary>
    public static int OfIds(ReadOnlySpan<uint> ids, int limit)
    {
        int runs = Math.Min(1, ids.Length);
        for (int i = 1; i < ids.Length && runs < limit; i++) runs += ids[i] != ids[i - 1] + 1 ? 1 : 0;
        return runs;
    }

    /// <summary>Runs of set bits.</summary>
    public static int OfBits(ReadOnlySpan<ulong> words, int limit) =>
        Avx512BW.IsSupported ? OfBitsVector512(words, limit) : OfBitsScalar(words, 0, limit);

    /// <summary>Maximal runs of runs (pairs of first value and length − 1), of which neighbours may touch.</summary>
    public static int OfRuns(ReadOnlySpan<ushort> runs)
    {
        ReadOnlySpan<uint> pairs = MemoryMarshal.Cast<ushort, uint>(runs);
        ref uint first = ref MemoryMarshal.GetReference(pairs);
        int touching = 0, i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<uint> low = Vector256.Create((uint)ushort.MaxValue);
            for (; i < pairs.Length - Vector256<uint>.Count; i += Vector256<uint>.Count)
            {
                Vector256<uint> run = Vector256.LoadUnsafe(ref first, (nuint)i);
                Vector256<uint> next = Vector256.LoadUnsafe(ref first, (nuint)(i + 1)) & low;
                Vector256<uint> end = (run & low) + (run >> 16) + Vector256<uint>.One;
                touching += BitOperations.PopCount(Vector256.Equals(end, next).ExtractMostSignificantBits());
            }
        }
        for (; i < pairs.Length - 1; i++)
            touching += (ushort)pairs[i] + (pairs[i] >> 16) + 1 == (ushort)pairs[i + 1] ? 1 : 0;
        return pairs.Length - touching;
    }

    internal static int OfValuesScalar(ReadOnlySpan<ushort> values, int limit)
    {
        int runs = Math.Min(1, values.Length);
        for (int i = 1; i < values.Length && runs < limit; i++) runs += values[i] != values[i - 1] + 1 ? 1 : 0;
        return runs;
    }

    internal static int OfValuesVector256(ReadOnlySpan<ushort> values, int limit)
    {
        ref ushort first = ref MemoryMarshal.GetReference(values);
        int i = 0, runs = Math.Min(1, values.Length), pairs = values.Length - 1; // pair i is values i and i + 1
        while (i <= pairs - Vector256<ushort>.Count && runs < limit)
        {
            int blockStart = i, blockEnd = Math.Min(pairs, i + BlockVectors * Vector256<ushort>.Count);
            Vector256<ushort> joined = Vector256<ushort>.Zero;
            for (; i <= blockEnd - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
            {
                joined -= Vector256.Equals(
                    Vector256.LoadUnsafe(ref first, (nuint)i) + Vector256<ushort>.One,
                    Vector256.LoadUnsafe(ref first, (nuint)(i + 1)));
            }
            runs += i - blockStart - Vector256.Sum(joined);
        }
        for (; i < pairs && runs < limit; i++) runs += values[i + 1] != values[i] + 1 ? 1 : 0;
        return runs;
    }

    /// <summary>Runs of bits that start at or after a word, where that is known to be less than the limit.</summary>
    internal static int OfBitsScalar(ReadOnlySpan<ulong> words, int from, int limit)
    {
        int runs = 0;
        ulong before = from > 0 ? words[from - 1] : 0; // the word below
        for (int i = from; i < words.Length && runs < limit; i++)
        {
            runs += BitOperations.PopCount(words[i] & ~((words[i] << 1) | before >> 63)); // bits that start a run
            before = words[i];
        }
        return runs;
    }

    internal static int OfBitsVector512(ReadOnlySpan<ulong> words, int limit)
    {
        int runs = 0, i = 0;
        for (; i <= words.Length - CarrySaveCount.BlockWords && runs < limit; i += CarrySaveCount.BlockWords)
            runs += CarrySaveCount.Count(new RunStartSource(words, i), CarrySaveCount.BlockWords);
        return runs + OfBitsScalar(words, Math.Min(i, words.Length), Math.Max(0, limit - runs));
    }

    /// <summary>The bits that start runs, from a word on.</summary>
    private readonly ref struct RunStartSource(ReadOnlySpan<ulong> words, int from) : IVectorSource
    {
        private readonly ref ulong _words = ref MemoryMarshal.GetReference(words);
        private readonly nuint _from = (nuint)from;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<ulong> At(nuint word)
        {
            nuint at = _from + word;
            Vector512<ulong> here = Vector512.LoadUnsafe(ref _words, at);
            Vector512<ulong> before = at == 0 ? Vector512<ulong>.Zero : Vector512.LoadUnsafe(ref _words, at - 8);
            // The words one place further down: seven of these and the last of those before.
            Vector512<ulong> below = Avx512F.AlignRight64(here, before, 7);
            return here & ~((here << 1) | (below >> 63));
        }
    }
}
