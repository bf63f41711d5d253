using System.Numerics;
using System.Runtime.Intrinsics.X86;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Tests.Kernels;

/// <summary>
/// Vector kernels on words against their scalar twins, at lengths around every block and vector size.
/// </summary>
public sealed class WordKernelTests
{
    public static TheoryData<int, double> Inputs()
    {
        TheoryData<int, double> inputs = [];
        foreach (int length in new[] { 0, 1, 3, 4, 5, 7, 8, 9, 63, 64, 65, 127, 128, 129, 1_023, 1_024 })
        {
            foreach (double density in new[] { 0.0, 0.002, 0.05, 0.5, 1.0 }) inputs.Add(length, density);
        }
        return inputs;
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Vector_counts_agree_with_scalar(int length, double density)
    {
        ulong[] left = Words(length, density, seed: 1), right = Words(length, density, seed: 2);
        int count = left.Sum(BitOperations.PopCount);
        Assert.Equal(count, PopCount.CountScalar(left));
        Assert.Equal(count, PopCount.Count(left));
        int shared = WordLogic.AndCountScalar(left, right);
        Assert.Equal(left.Zip(right, (a, b) => BitOperations.PopCount(a & b)).Sum(), shared);
        Assert.Equal(shared, WordLogic.AndCount(left, right));
        if (Avx2.IsSupported)
        {
            Assert.Equal(count, PopCount.CountVector256(left));
            Assert.Equal(shared, WordLogic.AndCountVector256(left, right));
        }
        if (Avx512BW.IsSupported)
        {
            Assert.Equal(count, PopCount.CountVector512(left));
            Assert.Equal(shared, WordLogic.AndCountVector512(left, right));
        }
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Vector_logic_agrees_with_scalar(int length, double density)
    {
        AssertAgrees<WordOperations.And>(length, density, (a, b) => a & b);
        AssertAgrees<WordOperations.Or>(length, density, (a, b) => a | b);
        AssertAgrees<WordOperations.Xor>(length, density, (a, b) => a ^ b);
        AssertAgrees<WordOperations.AndNot>(length, density, (a, b) => a & ~b);
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Sparse_extraction_agrees_with_scalar(int length, double density)
    {
        ulong[] words = Words(length, density, seed: 3);
        int count = words.Sum(BitOperations.PopCount);
        ushort[] scalar = new ushort[count], sparse = new ushort[count], either = new ushort[count];
        Assert.Equal(count, BitExtraction.ValuesScalar(words, scalar));
        Assert.All(scalar, value => Assert.NotEqual(0UL, words[value / 64] >> (value % 64) & 1));
        Assert.Equal(scalar.Order().Distinct(), scalar);
        Assert.Equal(count, BitExtraction.ValuesSparse(words, sparse));
        Assert.Equal(scalar, sparse);
        BitExtraction.Values(words, count, either);
        Assert.Equal(scalar, either);
    }

    [Fact]
    public void Bit_ranges_set_clear_flip_and_count_as_bit_by_bit()
    {
        Random random = new(4);
        for (int round = 0; round < 2_000; round++)
        {
            ulong[] words = Words(20, 0.5, seed: round);
            int start = random.Next(0, 1_281), end = round % 10 == 0 ? 1_280 : random.Next(0, 1_281);
            bool[] before = [.. Enumerable.Range(0, 1_280).Select(i => (words[i / 64] >> (i % 64) & 1) != 0)];
            bool Inside(int i) => i >= start && i < end;
            int count = Enumerable.Range(0, 1_280).Count(i => Inside(i) && before[i]);
            Assert.Equal(count, WordRange.Count(words, start, end));
            AssertBits(i => Inside(i) || before[i], Changed(words, w => WordRange.Set(w, start, end)));
            AssertBits(i => !Inside(i) && before[i], Changed(words, w => WordRange.Clear(w, start, end)));
            AssertBits(i => Inside(i) != before[i], Changed(words, w => WordRange.Flip(w, start, end)));
        }
    }

    private static void AssertAgrees<TOperation>(int length, double density, Func<ulong, ulong, ulong> expected)
        where TOperation : IWordOperation
    {
        ulong[] left = Words(length, density, seed: 5), right = Words(length, density, seed: 6);
        ulong[] words = [.. left.Zip(right, expected)];
        int count = words.Sum(BitOperations.PopCount);
        ulong[] result = new ulong[length];
        Assert.Equal(count, WordLogic.CombineScalar<TOperation>(left, right, result));
        Assert.Equal(words, result);
        if (Avx2.IsSupported)
        {
            Array.Fill(result, 1UL);
            Assert.Equal(count, WordLogic.CombineVector256<TOperation>(left, right, result));
            Assert.Equal(words, result);
        }
        if (Avx512BW.IsSupported)
        {
            Array.Fill(result, 1UL);
            Assert.Equal(count, WordLogic.CombineVector512<TOperation>(left, right, result));
            Assert.Equal(words, result);
        }
        left.CopyTo(result.AsSpan());
        WordLogic.CombineIntoScalar<TOperation>(right, result);
        Assert.Equal(words, result);
        left.CopyTo(result.AsSpan());
        WordLogic.CombineIntoVector256<TOperation>(right, result);
        Assert.Equal(words, result);
        left.CopyTo(result.AsSpan());
        WordLogic.CombineIntoVector512<TOperation>(right, result);
        Assert.Equal(words, result);
    }

    private static ulong[] Changed(ulong[] words, Action<ulong[]> change)
    {
        ulong[] copy = [.. words];
        change(copy);
        return copy;
    }

    private static void AssertBits(Func<int, bool> expected, ulong[] words)
    {
        for (int i = 0; i < words.Length * 64; i++)
            Assert.True(expected(i) == ((words[i / 64] >> (i % 64) & 1) != 0), $"bit {i}");
    }

    private static ulong[] Words(int length, double density, int seed)
    {
        Random random = new(seed);
        ulong[] words = new ulong[length];
        for (int i = 0; i < length * 64; i++)
        {
            if (random.NextDouble() < density) words[i / 64] |= 1UL << (i % 64);
        }
        return words;
    }
}
