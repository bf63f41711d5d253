using System.Runtime.Intrinsics.X86;
using Bitmapist.Roaring.Kernels;

namespace Bitmapist.Roaring.Tests.Kernels;

/// <summary>
/// Kernels that count, find and write out runs, and those that turn bits into ids, against plain loops.
/// </summary>
public sealed class RunKernelTests
{
    public static TheoryData<int, double> Inputs()
    {
        TheoryData<int, double> inputs = [];
        foreach (int length in new[] { 0, 1, 2, 15, 16, 17, 31, 32, 33, 64, 65, 511, 512, 513, 2_048, 4_096 })
        {
            foreach (double share in new[] { 0.0, 0.1, 0.5, 0.98, 1.0 }) inputs.Add(length, share);
        }
        return inputs;
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Runs_of_values_are_counted_and_found(int length, double joinedShare)
    {
        ushort[] values = Values(length, joinedShare);
        List<(int First, int Last)> runs = Runs(values);
        Assert.Equal(runs.Count, RunCount.OfValuesScalar(values, int.MaxValue));
        Assert.Equal(runs.Count, RunCount.OfValuesVector256(values, int.MaxValue));
        Assert.Equal(runs.Count, RunCount.OfValues(values, int.MaxValue));
        Assert.Equal(runs.Count, RunCount.OfIds([.. values.Select(value => 0xFFFF_0000 | value)], int.MaxValue));
        foreach (int limit in new[] { 1, runs.Count / 2, runs.Count })
        {
            if (limit > 0 && limit <= runs.Count)
                Assert.InRange(RunCount.OfValues(values, limit), limit, runs.Count);
        }
        ushort[] first = new ushort[length + 1 + RunEdges.Slack], last = new ushort[length + 1 + RunEdges.Slack];
        Assert.Equal(runs.Count, RunEdges.Find(values, first, last));
        Assert.Equal(runs, [.. Enumerable.Range(0, runs.Count).Select(i => ((int)first[i], (int)last[i]))]);
        int gaps = Math.Max(0, runs.Count - 1);
        AssertGaps(RunEdges.FindScalar(values, 0, first, last));
        AssertGaps(RunEdges.FindVector128(values, first, last));
        if (Avx512Vbmi2.IsSupported) AssertGaps(RunEdges.FindVector512(values, first, last));

        ushort[] pairs = [.. runs.SelectMany(run => new[] { (ushort)run.First, (ushort)(run.Last - run.First) })];
        ushort[] interleaved = new ushort[pairs.Length];
        Widths.Interleave(
            [.. runs.Select(run => (ushort)run.First)], [.. runs.Select(run => (ushort)run.Last)], interleaved);
        Assert.Equal(pairs, interleaved);
        Assert.Equal(runs.Count, runs.Count == 0 ? 0 : RunCount.OfRuns(pairs));
        AssertWritesOut(values, pairs);

        void AssertGaps(int found)
        {
            Assert.Equal(gaps, found);
            Assert.Equal(runs.Skip(1).Select(run => (ushort)run.First), first.Take(gaps));
            Assert.Equal(runs.Take(gaps).Select(run => (ushort)run.Last), last.Take(gaps));
        }
    }

    [Fact]
    public void Runs_that_touch_count_as_one()
    {
        foreach (int count in new[] { 1, 2, 8, 9, 10, 16, 17, 40 })
        {
            ushort[] touching = [.. Enumerable.Range(0, count).SelectMany(i => new[] { (ushort)(3 * i), (ushort)2 })];
            Assert.Equal(1, RunCount.OfRuns(touching));
            touching[^2]++;
            Assert.Equal(count == 1 ? 1 : 2, RunCount.OfRuns(touching));
        }
        Assert.Equal(2, RunCount.OfRuns([0, 65_533, 65_535, 0]));
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Runs_of_bits_are_counted_and_their_ids_written(int wordCount, double share)
    {
        Random random = new(wordCount);
        ulong[] words = new ulong[Math.Min(wordCount, 1_024)];
        for (int bit = 0; bit < 64 * words.Length; bit++)
            if (random.NextDouble() < share) words[bit >> 6] |= 1UL << bit;
        ushort[] values = [.. Enumerable.Range(0, 64 * words.Length).Where(i => (words[i >> 6] >> i & 1) != 0)
            .Select(i => (ushort)i)];
        int runs = Runs(values).Count;
        Assert.Equal(runs, RunCount.OfBitsScalar(words, 0, int.MaxValue));
        Assert.Equal(runs, RunCount.OfBits(words, int.MaxValue));
        if (runs > 1) Assert.InRange(RunCount.OfBits(words, runs / 2), runs / 2, runs);
        uint[] expected = [.. values.Select(value => 0xFFFF_0000 | value)];
        uint[] ids = new uint[expected.Length];
        Assert.Equal(ids.Length, BitExtraction.IdsScalar(words, 0xFFFF_0000, ids));
        Assert.Equal(expected, ids);
        Array.Clear(ids);
        Assert.Equal(ids.Length, BitExtraction.Ids(words, 0xFFFF_0000, ids));
        Assert.Equal(expected, ids);
        if (!Avx512Vbmi2.IsSupported) return;
        ushort[] written = new ushort[values.Length];
        Assert.Equal(values.Length, BitExtraction.ValuesVector512(words, written));
        Assert.Equal(values, written);
    }

    [Fact]
    public void Ids_are_found_among_others_at_every_length()
    {
        foreach (int fewLength in new[] { 0, 1, 7, 30, 300 })
        {
            foreach (int manyLength in new[] { 0, 1, 7, 8, 9, 15, 16, 17, 300, 4_000, 30_000 })
            {
                Random random = new(fewLength + manyLength);
                uint range = (uint)Math.Max(16, manyLength * 2L);
                uint[] few = Sets.Ascending(Enumerable.Range(0, fewLength).Select(_ => Next())), many =
                    Sets.Ascending(Enumerable.Range(0, manyLength).Select(_ => Next()));
                HashSet<uint> all = [.. many];
                uint[] common = [.. few.Where(all.Contains)], others = [.. few.Where(id => !all.Contains(id))];
                uint[] target = new uint[few.Length];
                Assert.Equal(common.Length, IdSearch.Count(few, many));
                Assert.Equal(common.Length, IdSearch.CountGalloping(few, many));
                Assert.Equal(common, target[..IdSearch.Keep(few, many, target, wanted: 1)]);
                Assert.Equal(others, target[..IdSearch.Keep(few, many, target, wanted: 0)]);
                Assert.Equal(common, target[..IdSearch.KeepGalloping(few, many, target, wanted: 1)]);
                few.CopyTo(target, 0);
                Assert.Equal(others, target[..IdSearch.Keep(target, many, target, wanted: 0)]);

                uint Next() => uint.MaxValue - (uint)random.NextInt64(range);
            }
        }
    }

    [Fact]
    public void Values_that_do_not_ascend_are_noticed_wherever_they_are()
    {
        for (int length = 0; length < 70; length++)
        {
            ushort[] values = [.. Enumerable.Range(0, length).Select(i => (ushort)(65_536 - length + i))];
            Assert.True(AscendingValues.Are(values));
            for (int i = 1; i < length; i++)
            {
                ushort[] repeated = [.. values], turned = [.. values];
                repeated[i] = repeated[i - 1];
                (turned[i], turned[i - 1]) = (turned[i - 1], turned[i]);
                Assert.False(AscendingValues.Are(repeated));
                Assert.False(AscendingValues.Are(turned));
            }
        }
    }

    private static void AssertWritesOut(ushort[] values, ushort[] runs)
    {
        ushort[] narrow = new ushort[values.Length];
        Assert.Equal(values.Length, Widths.ValuesOfRuns(runs, narrow));
        Assert.Equal(values, narrow);
        uint[] expected = [.. values.Select(value => 0x7_0000u | value)], ids = new uint[values.Length];
        Assert.Equal(values.Length, Widths.OfRuns(runs, 0x7_0000, ids));
        Assert.Equal(expected, ids);
        Array.Clear(ids);
        Widths.Widen(values, 0x7_0000, ids);
        Assert.Equal(expected, ids);
        Array.Clear(narrow);
        Widths.Narrow(ids, narrow);
        Assert.Equal(values, narrow);
    }

    private static List<(int First, int Last)> Runs(ushort[] values)
    {
        List<(int First, int Last)> runs = [];
        foreach (ushort value in values)
        {
            if (runs.Count > 0 && runs[^1].Last + 1 == value) runs[^1] = (runs[^1].First, value);
            else runs.Add((value, value));
        }
        return runs;
    }

    /// <summary>Ends with 65,535; the given share follow the value before them.</summary>
    private static ushort[] Values(int length, double joinedShare)
    {
        Random random = new(length);
        ushort[] values = new ushort[length];
        int value = ushort.MaxValue;
        for (int i = length - 1; i >= 0; i--)
        {
            values[i] = (ushort)value;
            value -= random.NextDouble() < joinedShare ? 1 : random.Next(2, 14);
        }
        return values;
    }
}
