using Bitmapist.Bench.Data;
using Bitmapist.Bench.Load;
using Bitmapist.Bench.Rows;

namespace Bitmapist.Bench.Plots;

/// <summary>What is plotted.</summary>
internal static class SweepList
{
    private const int Users = 10_000_000;

    /// <param name="isLong">Whether to go up to ten million keys, which take minutes to make.</param>
    public static IEnumerable<IRow> All(bool isLong)
    {
        yield return new Sweep("GETBIT over connections, no pipeline", "connections", "connections",
            [.. Sizes(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000).Select(connections =>
                Point(connections, BitRows.GetBits(connections, pipeline: 1)))]);
        yield return new Sweep("GETBIT over pipeline depth, 50 connections", "requests in one piece", "pipeline",
            [.. Sizes(1, 2, 4, 8, 16, 32, 64, 128).Select(pipeline => Point(pipeline, BitRows.GetBits(50, pipeline)))]);
        int[] keys = isLong ? [1000, 10_000, 100_000, 1_000_000, 10_000_000] : [1000, 10_000, 100_000, 1_000_000];
        yield return new Sweep("GETBIT over keys, 50 connections, pipeline 32", "keys", "keys",
            [.. keys.Select(count => Point(count, GetBitsOfMany(count)))]);
        yield return new Sweep("BITOP AND + BITCOUNT over ids of a set, 10 M users, 1 connection", "ids", "ids",
            [.. Sizes(100, 1000, 10_000, 100_000, 1_000_000, 5_000_000).Select(ids => Point(ids, Algebra(ids)))]);
        yield return Cores("GETBIT over cores, 50 connections, no pipeline", "cores-getbit",
            () => BitRows.GetBits(50, pipeline: 1, isFresh: true));
        yield return Cores("BITOP AND + BITCOUNT over cores, 10 M users, 5 %, 50 connections", "cores-bitop",
            () => AlgebraRows.Pairs("AND", PairsOf("cores", 0.05), 50, isFresh: true));
    }

    private static int[] Sizes(params int[] sizes) => sizes;

    private static SweepPoint Point(int size, AlternatingRow row) =>
        new(FormattableString.Invariant($"{size:N0}"), row);

    /// <summary>
    /// Servers alone are pinned, to the first cores; the load generator runs where the system puts it.
    /// </summary>
    private static Sweep Cores(string title, string file, Func<AlternatingRow> row)
    {
        var points = new List<SweepPoint>();
        for (int cores = 1; cores <= Environment.ProcessorCount; cores *= 2)
        {
            int count = cores;
            points.Add(Point(count, row()) with { Variant = kind => kind.OnCores(count) });
        }

        return new Sweep(title, "cores pinned", file, points);
    }

    private static ThroughputRow GetBitsOfMany(int count)
    {
        const int Pipeline = 32;
        var data = new ManyKeys($"of{count}", count, 1, 1000);
        string key = data.NameOf(BatchTemplate.Number);
        var question = new BatchTemplate(Pipeline, Enumerable.Repeat(new[] { "GETBIT", key, "7" }, Pipeline));
        return new ThroughputRow($"GETBIT of {count} keys", 50, data,
            number => new TemplateRequests([question], number, 0, numberStart: 0, numberEnd: (uint)count))
        {
            OperationsPerBatch = Pipeline,
            IsFresh = true,
        };
    }

    private static ThroughputRow Algebra(int ids) =>
        AlgebraRows.Pairs("AND", PairsOf($"ids{ids}", (double)ids / Users), connections: 1);

    private static PairKeys PairsOf(string name, double share) => new(
        new EventKeys($"{name}_left", share) { IsStored = true },
        new EventKeys($"{name}_right", share) { IsStored = true });
}
