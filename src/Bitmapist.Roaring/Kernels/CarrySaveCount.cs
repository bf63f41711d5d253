using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bitmapist.Roaring.Kernels;

/// <summary>
/// Where vectors to be counted come from; a type argument, so that each use compiles to its own loop.
/// </summary>
internal interface IVectorSource
{
    /// <summary>The eight words from a place on.</summary>
    Vector512<ulong> At(nuint word);
}

/// <summary>
/// Counts the bits of sixteen vectors at a time by adding them up as columns of binary numbers, so that one vector of
/// sixteen, and not each, has to have its bytes counted (Harley and Seal; Muła, Kurz, Lemire, "Faster Population Counts
/// Using AVX2 Instructions", arXiv:1611.07612, §3.2). With AVX-512 a full adder is two instructions; the instruction
/// that counts the bits of words is not to be had in .NET 10. AVX-512BW only.
/// </summary>
internal static class CarrySaveCount
{
    /// <summary>Words of sixteen vectors.</summary>
    public const int BlockWords = 16 * 8;

    // The result's bit for each of the eight combinations of three bits.
    private const byte OddOfThree = 0x96, TwoOfThree = 0xE8;

    /// <summary>The number of bits of so many words, a multiple of <see cref="BlockWords"/>.</summary>
    public static int Count<TSource>(TSource source, nuint words)
        where TSource : struct, IVectorSource, allows ref struct
    {
        Vector512<ulong> ones = default, twos = default, fours = default, eights = default, sum = default;
        for (nuint i = 0; i < words; i += BlockWords)
        {
            Vector512<ulong> eightsBefore = AddEight(source, i, ref ones, ref twos, ref fours);
            Vector512<ulong> eightsAfter = AddEight(source, i + BlockWords / 2, ref ones, ref twos, ref fours);
            sum += OfWords(Add(ref eights, eightsBefore, eightsAfter));
        }

        sum = (sum << 4) + (OfWords(eights) << 3) + (OfWords(fours) << 2) + (OfWords(twos) << 1) + OfWords(ones);
        return (int)Vector512.Sum(sum);
    }

    /// <summary>Adds eight vectors to the columns of 1, 2 and 4; returns what is carried to that of 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> AddEight<TSource>(
        TSource source, nuint i, ref Vector512<ulong> ones, ref Vector512<ulong> twos, ref Vector512<ulong> fours)
        where TSource : struct, IVectorSource, allows ref struct
    {
        Vector512<ulong> twosA = Add(ref ones, source.At(i), source.At(i + 8));
        Vector512<ulong> twosB = Add(ref ones, source.At(i + 16), source.At(i + 24));
        Vector512<ulong> foursA = Add(ref twos, twosA, twosB);
        twosA = Add(ref ones, source.At(i + 32), source.At(i + 40));
        twosB = Add(ref ones, source.At(i + 48), source.At(i + 56));
        Vector512<ulong> foursB = Add(ref twos, twosA, twosB);
        return Add(ref fours, foursA, foursB);
    }

    /// <summary>Adds two bits to each bit of a column; returns the carries.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Add(ref Vector512<ulong> column, Vector512<ulong> a, Vector512<ulong> b)
    {
        Vector512<ulong> carry = Avx512F.TernaryLogic(column, a, b, TwoOfThree);
        column = Avx512F.TernaryLogic(column, a, b, OddOfThree);
        return carry;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> OfWords(Vector512<ulong> words) =>
        Avx512BW.SumAbsoluteDifferences(PopCount.OfBytes(words.AsByte()), Vector512<byte>.Zero).AsUInt64();
}

/// <summary>Words as they are.</summary>
internal readonly ref struct SingleSource(ReadOnlySpan<ulong> words) : IVectorSource
{
    private readonly ref ulong _words = ref MemoryMarshal.GetReference(words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<ulong> At(nuint word) => Vector512.LoadUnsafe(ref _words, word);
}

/// <summary>Words of two spans combined.</summary>
internal readonly ref struct PairSource<TOperation>(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right) : IVectorSource
    where TOperation : IWordOperation
{
    private readonly ref ulong _left = ref MemoryMarshal.GetReference(left);
    private readonly ref ulong _right = ref MemoryMarshal.GetReference(right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<ulong> At(nuint word) =>
        TOperation.Apply(Vector512.LoadUnsafe(ref _left, word), Vector512.LoadUnsafe(ref _right, word));
}

/// <summary>Words of two spans combined, and written to a third on the way.</summary>
internal readonly ref struct WrittenSource<TOperation>(
    ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result) : IVectorSource
    where TOperation : IWordOperation
{
    private readonly ref ulong _left = ref MemoryMarshal.GetReference(left);
    private readonly ref ulong _right = ref MemoryMarshal.GetReference(right);
    private readonly ref ulong _result = ref MemoryMarshal.GetReference(result);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<ulong> At(nuint word)
    {
        Vector512<ulong> words = TOperation.Apply(
            Vector512.LoadUnsafe(ref _left, word), Vector512.LoadUnsafe(ref _right, word));
        words.StoreUnsafe(ref _result, word);
        return words;
    }
}
