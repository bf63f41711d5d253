using Bitmapist.Bench.Load;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Storage;

namespace Bitmapist.Bench.Rows;

/// <summary>Every row, in the order of the table.</summary>
internal static class RowList
{
    private const int Connections = 50;
    private const int Pipeline = 32;
    private const int RepliesPerMark = 5;
    private static readonly EventKeys s_active = new("active", 0.05);
    private static readonly EventKeys s_rare = new("rare", 0.005);

    public static IEnumerable<IRow> All() =>
    [
        .. BitRows(),
        .. BitopRows(),
        Marks(Pipeline, PeerRole.OursWithoutLog),
        Marks(1, PeerRole.OursWithoutLog),
        new WideUnionRow(width: 20, ids: 10, idEnd: 10_000),
        new WideUnionRow(width: 274, ids: 3, idEnd: 100),
        new WideUnionRow(width: 274, ids: 10, idEnd: 10_000),
        new WideUnionRow(width: 274, ids: 10, idEnd: 1_000_000),
        new CraftedNamesRow(),
        new LongPatternRow(),
        new SparseMemoryRow(),
        new HighestBitRow(),
        new StartRow(keyCount: 0),
        new StartRow(keyCount: 100_000),
    ];

    /// <summary>What concerns the disk.</summary>
    public static IEnumerable<IRow> Storage() =>
    [
        new OnDiskKeysRow(1_000_000),
        new OnDiskKeysRow(10_000_000),
        new MissingKeysRow(30_000),
        new MissingKeysRow(1_000_000),
        new MissingKeysRow(10_000_000),
        new BeyondBudgetRow(),
        new PauseRow(),
        SetBits(Pipeline, PeerRole.RedisWithLog),
        Marks(Pipeline, PeerRole.RedisWithLog),
        Marks(1, PeerRole.RedisWithLog),
        Marks(Pipeline, PeerRole.OursWithoutLog),
        Marks(1, PeerRole.OursWithoutLog),
    ];

    private static IEnumerable<IRow> BitRows()
    {
        foreach (int pipeline in new[] { Pipeline, 1 }) yield return SetBits(pipeline, PeerRole.Redis);
        foreach (int pipeline in new[] { Pipeline, 1 }) yield return GetBits(pipeline);
        foreach (int pipeline in new[] { Pipeline, 1 }) yield return Marks(pipeline, PeerRole.Redis);
        yield return SetBits(Pipeline, PeerRole.RedisWithLog);
        yield return SetBits(1, PeerRole.RedisWithLog);
        yield return Marks(Pipeline, PeerRole.RedisWithLog);
        yield return Marks(1, PeerRole.RedisWithLog);
        yield return new ThroughputRow("BITCOUNT, 10 M users, 5 % marked, no pipeline", Connections, s_active,
            number => new CycledRequests([.. s_active.Keys.Select(key => new[] { "BITCOUNT", key })], number))
        {
            ShowsLatency = true,
        };
        yield return new PacedRow("GETBIT p99 at 5,000/s, nothing else running", s_active, heavy: null);
        yield return new PacedRow("GETBIT p99 at 5,000/s, beside BITOP AND back to back, 5 % marked", s_active,
            () => Pairs("AND", s_active, 1));
    }

    private static IEnumerable<IRow> BitopRows()
    {
        foreach (EventKeys data in new[] { s_active, s_rare })
            foreach (string operation in new[] { "AND", "OR" })
                foreach (int connections in new[] { 1, Connections })
                {
                    string plural = connections == 1 ? "connection" : "connections";
                    yield return new ThroughputRow(
                        $"BITOP {operation} + BITCOUNT pairs, 10 M users, {data.MarkedShare * 100} % marked, "
                            + $"{connections} {plural}",
                        connections, data, number => Pairs(operation, data, number))
                    {
                        OperationsPerBatch = 0.5,
                    };
                }
    }

    private static ThroughputRow SetBits(int pipeline, PeerRole rival)
    {
        var data = new EventKeys($"set{pipeline}{rival}", 0.01);
        return Random($"SETBIT, {PipelineText(pipeline)}{RivalText(rival)}", data, pipeline, operationsPerId: 1, rival,
            first => BatchTemplate.SetBits(data.Keys, first, pipeline));
    }

    private static ThroughputRow GetBits(int pipeline) =>
        Random($"GETBIT, {PipelineText(pipeline)}", s_active, pipeline, operationsPerId: 1, PeerRole.Redis,
            first => BatchTemplate.GetBits(s_active.Keys, first, pipeline));

    private static ThroughputRow Marks(int pipeline, PeerRole rival)
    {
        var data = new EventKeys($"mark{pipeline}{rival}", 0.01);
        return Random(
            $"marks (MULTI, 3 SETBIT, EXEC; 5 replies each), replies, {PipelineText(pipeline)}{RivalText(rival)}",
            data, pipeline, RepliesPerMark, rival, _ => BatchTemplate.Marks(data.Keys[..3], pipeline));
    }

    private static ThroughputRow Random(
        string name,
        EventKeys data,
        int pipeline,
        int operationsPerId,
        PeerRole rival,
        Func<int, BatchTemplate> template)
    {
        BatchTemplate[] templates = [.. Enumerable.Range(0, data.Keys.Length).Select(template)];
        return new ThroughputRow(name, Connections, data, number => new RandomIdRequests(templates, (ulong)number))
        {
            OperationsPerBatch = pipeline * operationsPerId, ShowsLatency = pipeline == 1, Rival = rival,
        };
    }

    /// <summary>
    /// As bitmapist 3 asks: BITOP under the name it gives the result, and once that is answered, BITCOUNT.
    /// </summary>
    private static CycledRequests Pairs(string operation, EventKeys data, int number)
    {
        var requests = new List<string[]>();
        for (int left = 0; left < data.Keys.Length; left++)
            for (int right = left + 1; right < data.Keys.Length; right++)
            {
                string result = $"trackist_bitop_{operation}_{data.Keys[left]}-{data.Keys[right]}";
                requests.Add(["BITOP", operation, result, data.Keys[left], data.Keys[right]]);
                requests.Add(["BITCOUNT", result]);
            }

        return new CycledRequests(requests, 2 * number);
    }

    private static string PipelineText(int pipeline) => pipeline == 1 ? "no pipeline" : $"pipeline {pipeline}";

    private static string RivalText(PeerRole rival) => rival switch
    {
        PeerRole.RedisWithLog => "; Redis with appendonly everysec",
        PeerRole.OursWithoutLog => "; log on beside ours in memory, in the place of Redis",
        _ => "",
    };
}
