using System.Diagnostics;
using System.Globalization;
using Bitmapist.Roaring.Kernels;
using Bitmapist.Roaring.Operations;

namespace Bitmapist.Roaring.Benchmarks;

/// <summary>
/// Measures what each form costs at each size, in nanoseconds: the numbers behind the thresholds of FormRules and
/// docs/format/roaring.md. Prints the best of several rounds, because everything else only ever adds.
/// </summary>
internal static class FormMeasurement
{
    private const int Rounds = 7;

    public static void Run()
    {
        Chunks();
        Console.WriteLine();
        SmallSets();
    }

    /// <summary>One chunk of n random values: the kernels that array and bitset lead to, warm caches.</summary>
    private static void Chunks()
    {
        Console.WriteLine(
            "| values | AND arrays | AND bitsets | OR arrays | OR bitsets | extract | insert into array |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        ushort[] result = new ushort[2 * 65_536];
        ulong[] words = new ulong[1_024];
        foreach (int n in new[] { 100, 250, 500, 1_000, 1_500, 2_000, 3_000, 4_000 })
        {
            ulong[] leftWords = RandomWords(n, seed: 1), rightWords = RandomWords(n, seed: 2);
            ushort[] left = Values(leftWords, n), right = Values(rightWords, n);
            Row(n,
                Best(() => ArrayIntersection.Intersect(left, right, result)),
                Best(() => WordLogic.And(leftWords, rightWords, words)),
                Best(() => ArrayUnion.Union(left, right, result)),
                Best(() => WordLogic.Or(leftWords, rightWords, words)),
                Best(() => BitExtraction.Values(leftWords, n, result)),
                Best(() => left.AsSpan(n / 2).CopyTo(result.AsSpan(1 + n / 2))));
        }
    }

    /// <summary>Whole sets of n ids spread over 20 million: adding, asking, intersecting, and bytes per id.</summary>
    private static void SmallSets()
    {
        Console.WriteLine("| ids | form | Add | Contains | AND | bytes per id |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (int n in new[] { 100, 300, 1_000, 2_000, 4_000, 8_000, 16_000 })
        {
            Random random = new(n);
            uint[] ids = [.. Enumerable.Range(0, n).Select(_ => (uint)random.Next(20_000_000))];
            uint[] others = [.. Enumerable.Range(0, n).Select(_ => (uint)random.Next(20_000_000))];
            RoaringBitmap bitmap = Filled(ids);
            FrozenBitmap frozen = bitmap.Freeze(), other = FrozenBitmap.FromIds(others);
            double add = Best(() => Filled(ids)) / n;
            double contains = Best(() => CountHeld(bitmap, others)) / n;
            double and = Best(() => BitmapAlgebra.And(frozen, other));
            string row = $"| {n:N0} | {(frozen.IsCompact ? "compact" : "containers")} | {add:N0} | {contains:N0} "
                + $"| {and:N0} | {(double)bitmap.MemoryBytes / bitmap.Cardinality:N1} |";
            Console.WriteLine(row);
        }
    }

    private static RoaringBitmap Filled(uint[] ids)
    {
        RoaringBitmap bitmap = new();
        foreach (uint id in ids) bitmap.Add(id);
        return bitmap;
    }

    private static int CountHeld(RoaringBitmap bitmap, uint[] ids)
    {
        int count = 0;
        foreach (uint id in ids) count += bitmap.Contains(id) ? 1 : 0;
        return count;
    }

    private static double Best(Action action)
    {
        double best = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            int repeats = 0;
            Stopwatch watch = Stopwatch.StartNew();
            for (; watch.ElapsedMilliseconds < 60; repeats += 16)
            {
                for (int i = 0; i < 16; i++) action();
            }
            best = Math.Min(best, watch.Elapsed.TotalNanoseconds / repeats);
        }
        return best;
    }

    private static void Row(params double[] numbers) => Console.WriteLine(
        $"| {string.Join(" | ", numbers.Select(number => number.ToString("N0", CultureInfo.InvariantCulture)))} |");

    private static ulong[] RandomWords(int count, int seed)
    {
        Random random = new(seed);
        ulong[] words = new ulong[1_024];
        while (count > 0)
        {
            int value = random.Next(65_536);
            if ((words[value >> 6] >> value & 1) != 0) continue;
            words[value >> 6] |= 1UL << value;
            count--;
        }
        return words;
    }

    private static ushort[] Values(ulong[] words, int count)
    {
        ushort[] values = new ushort[count];
        BitExtraction.Values(words, count, values);
        return values;
    }
}
