using Bitmapist.Bench.Data;
using Bitmapist.Bench.Load;

namespace Bitmapist.Bench.Rows;

/// <summary>
/// Rows about single bits. cN stands for so many connections, PN for so many requests that each sends in one piece.
/// </summary>
internal static class BitRows
{
    private const int Connections = 50;
    private const int Pipeline = 32;
    private const int RepliesPerMark = 5;

    /// <summary>5 % of 10 million users, four months.</summary>
    public static EventKeys Active { get; } = new("active", 0.05);

    /// <summary>Against others that keep nothing, if they were started so.</summary>
    public static IEnumerable<IRow> Singles()
    {
        (int, int)[] shapes = [(Connections, 1), (1, 1), (Connections, Pipeline)];
        foreach ((int connections, int pipeline) in shapes) yield return GetBits(connections, pipeline);
        foreach ((int connections, int pipeline) in shapes) yield return SetBits(connections, pipeline, log: false);
        foreach ((int connections, int pipeline) in shapes) yield return Marks(connections, pipeline, log: false);
    }

    /// <summary>Against others with a log synced every second, as ours has.</summary>
    public static IEnumerable<IRow> WithLog()
    {
        foreach (int pipeline in new[] { 1, Pipeline }) yield return SetBits(Connections, pipeline, log: true);
        foreach (int pipeline in new[] { 1, Pipeline }) yield return Marks(Connections, pipeline, log: true);
    }

    public static IEnumerable<IRow> Counts()
    {
        yield return Count(AlgebraRows.Dense.Left);
        yield return Count(Active);
    }

    public static LogCostRow LogCost(int pipeline) => new(
        $"marks c{Connections} P{pipeline}, log beside memory", Marks(Connections, pipeline, log: false, "cost"));

    public static ThroughputRow GetBits(int connections, int pipeline, bool isFresh = false) =>
        Random($"GETBIT c{connections} P{pipeline}", Active, connections, pipeline,
            first => BatchTemplate.GetBits(Active.Keys, first, pipeline), isFresh: isFresh);

    private static ThroughputRow SetBits(int connections, int pipeline, bool log)
    {
        var data = new EventKeys($"set{connections}x{pipeline}{(log ? "log" : "")}", 0.01);
        return Random($"SETBIT c{connections} P{pipeline}{LogText(log)}", data, connections, pipeline,
            first => BatchTemplate.SetBits(data.Keys, first, pipeline), log);
    }

    /// <param name="keys">Tells this row's keys from those of others, which change theirs.</param>
    private static ThroughputRow Marks(int connections, int pipeline, bool log, string keys = "")
    {
        var data = new EventKeys($"mark{connections}x{pipeline}{(log ? "log" : "")}{keys}", 0.01);
        return Random($"marks c{connections} P{pipeline}{LogText(log)}", data, connections, pipeline * RepliesPerMark,
            _ => BatchTemplate.Marks(data.Keys[..3], pipeline), log);
    }

    private static ThroughputRow Count(EventKeys data)
    {
        BatchTemplate[] questions = [.. data.Keys.Select(key => new BatchTemplate(1, [["BITCOUNT", key]]))];
        return new ThroughputRow($"BITCOUNT {data.Size} c{Connections}", Connections, data,
            number => new TemplateRequests(questions, number, number));
    }

    private static ThroughputRow Random(
        string name,
        EventKeys data,
        int connections,
        int operationsPerBatch,
        Func<int, BatchTemplate> template,
        bool log = false,
        bool isFresh = false)
    {
        // Connections begin with different keys.
        BatchTemplate[] templates = [.. Enumerable.Range(0, data.Keys.Length).Select(template)];
        return new ThroughputRow(name, connections, data, number => new TemplateRequests(templates, number, number))
        {
            OperationsPerBatch = operationsPerBatch,
            RivalsHaveLog = log,
            IsFresh = isFresh,
        };
    }

    private static string LogText(bool log) => log ? ", everysec" : "";
}
