using Bitmapist.Bench.Data;
using Bitmapist.Bench.Load;

namespace Bitmapist.Bench.Rows;

/// <summary>Rows about set algebra. A bit of every operand is changed before each round.</summary>
internal static class AlgebraRows
{
    private const int Connections = 50;
    private const int ManyConnections = 1000;
    private const int ManyMonths = 40;
    private const int DaysOfRollingSet = 274;
    private static readonly string[] s_operations = ["AND", "OR"];

    /// <summary>A million users, of whom 30 % are marked.</summary>
    public static PairKeys Dense { get; } = new(new("dense", 0.3, 1_000_000), new("denser", 0.3, 1_000_000));

    private static readonly PairKeys s_active = new(BitRows.Active, new("paid", 0.05));
    private static readonly PairKeys s_rare = new(new("rare", 0.005), new("rarer", 0.005));

    public static IEnumerable<IRow> All()
    {
        foreach (PairKeys data in new[] { s_active, s_rare, Dense })
            foreach (string operation in s_operations)
            {
                yield return Pairs(operation, data, 1);
                yield return Pairs(operation, data, Connections);
            }

        foreach (string operation in s_operations) yield return ManyPairs(operation, "many", 0.05, 10_000_000);
        yield return ManyPairs("AND", "few", 0.005, 10_000_000);
        yield return ManyPairs("AND", "most", 0.3, 1_000_000);
        yield return Pairs("AND", s_active, Connections, marksBefore: true);
        yield return Pairs("AND", s_rare, Connections, marksBefore: true);
    }

    /// <summary>Keys that do not exist, beside 10,000 others.</summary>
    public static IEnumerable<IRow> Missing()
    {
        var others = new ManyKeys("there", 10_000, 3, 1000) { IsSaved = true };
        string missing = new ManyKeys("nothing", 0, 0, 1).NameOf(BatchTemplate.Number);
        foreach (int pipeline in new[] { 1, 32 })
        {
            var question = new BatchTemplate(pipeline, Enumerable.Repeat(new[] { "GETBIT", missing, "7" }, pipeline));
            yield return new ThroughputRow($"missing keys, GETBIT c{Connections} P{pipeline}", Connections, others,
                number => new TemplateRequests([question], number, 0))
            {
                OperationsPerBatch = pipeline, IsFresh = true,
            };
        }

        string[] union = ["BITOP", "OR", "trackist_bitop_OR", .. Enumerable.Repeat(missing, DaysOfRollingSet)];
        var questions = new BatchTemplate(4, Enumerable.Repeat(union, 4));
        yield return new ThroughputRow($"missing keys, BITOP OR of {DaysOfRollingSet} c1 P4", 1, others,
            number => new TemplateRequests([questions], number, 0))
        {
            OperationsPerBatch = 4, IsFresh = true,
        };
    }

    /// <summary>BITOP OR of many small keys, as for rolling sets of days.</summary>
    public static IEnumerable<IRow> Wide()
    {
        yield return Wide(20, 10, 10_000);
        yield return Wide(DaysOfRollingSet, 3, 100);
        yield return Wide(DaysOfRollingSet, 10, 10_000);
        yield return Wide(DaysOfRollingSet, 10, 1_000_000);
    }

    public static ThreadsRow Threads() => new($"threads, {ManyConnections:N0} connections of BITOP AND",
        ManyConnections, s_active, "AND");

    /// <summary>Questions about all pairs, each connection beginning with another one.</summary>
    public static ThroughputRow Pairs(
        string operation, PairKeys data, int connections, bool marksBefore = false, bool isFresh = false)
    {
        BatchTemplate[] questions = data.Questions(operation, marksBefore);
        int steps = questions.Length / data.Pairs;
        int stride = Math.Max(1, data.Pairs / connections);
        string name = $"{operation}+COUNT {data.Left.Size} c{connections}, {data.Pairs:N0} pairs";
        return new ThroughputRow(marksBefore ? $"{name}, a mark before each" : name, connections, data,
            number => new TemplateRequests(questions, number, number * stride % data.Pairs * steps))
        {
            OperationsPerBatch = 1.0 / steps,
            ChangesData = true,
            IsFresh = isFresh || data.Pairs > 100, // whose results alone are gigabytes of strings
        };
    }

    /// <summary>BITOP AND back to back, to be asked beside something else.</summary>
    public static IRequests Heavy() => new TemplateRequests(s_active.Questions("AND", marksBefore: false), 1, 0);

    public static PairKeys HeavyData => s_active;

    private static ThroughputRow ManyPairs(string operation, string name, double share, uint users) => Pairs(operation,
        new PairKeys(
            new EventKeys($"{name}_left", share, users, ManyMonths) { IsStored = true },
            new EventKeys($"{name}_right", share, users, ManyMonths) { IsStored = true }),
        Connections);

    private static ThroughputRow Wide(int width, int ids, int idEnd)
    {
        const int Pipeline = 4;
        var data = new ManyKeys($"wide{width}x{ids}x{idEnd}", width * Pipeline, ids, (uint)idEnd);
        var questions = new BatchTemplate(Pipeline, Enumerable.Range(0, data.Count).Select(data.NameOf).Chunk(width)
            .Select(names => (string[])["BITOP", "OR", "trackist_bitop_OR", .. names]));
        string name = FormattableString.Invariant($"OR of {width} keys × {ids} ids below {idEnd:N0} c1 P{Pipeline}");
        return new ThroughputRow(name, 1, data, number => new TemplateRequests([questions], number, 0))
        {
            OperationsPerBatch = Pipeline,
            ChangesData = true,
        };
    }
}
