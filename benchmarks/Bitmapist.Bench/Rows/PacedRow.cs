using Bitmapist.Bench.Data;
using Bitmapist.Bench.Load;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>
/// The 99th percentile of GETBIT's latency at a steady, modest rate that leaves every server time to spare, perhaps
/// while another connection runs heavy requests back to back.
/// </summary>
/// <param name="name">What the table shows.</param>
/// <param name="asked">The keys asked about.</param>
/// <param name="data">What is there beside them.</param>
/// <param name="heavy">What the other connection sends; null for none.</param>
internal sealed class PacedRow(string name, EventKeys asked, IDataSet data, Func<IRequests>? heavy)
    : LoadRow(name, Unit.Microseconds, data)
{
    protected override LoadGenerator Connect(Peer peer) =>
        PacedLoad.Connect(peer, asked, heavy is null ? [] : [new LoadConnection(peer.Port, heavy())]);

    protected override Sample Measure(Peer peer, LoadGenerator load, TimeSpan duration)
    {
        LoadResult result = load.Run(duration, PacedLoad.IntervalNs);
        double p99Us = result.Latencies.PercentileUs(0.99);
        return new Sample(p99Us, P99Us: p99Us, GeneratorShare: result.GeneratorShare);
    }
}

/// <summary>GETBITs at a steady rate.</summary>
internal static class PacedLoad
{
    /// <summary>5,000 requests per second.</summary>
    public const long IntervalNs = 200_000;

    private const int ConnectionCount = 8;

    /// <param name="peer">To connect to.</param>
    /// <param name="asked">The keys asked about.</param>
    /// <param name="eager">Connections that send whatever they have meanwhile.</param>
    public static LoadGenerator Connect(Peer peer, EventKeys asked, IEnumerable<LoadConnection> eager)
    {
        asked.Fill(peer);
        BatchTemplate[] templates = [.. asked.Keys.Select((_, first) => BatchTemplate.GetBits(asked.Keys, first, 1))];
        return new LoadGenerator(eager, Enumerable.Range(1, ConnectionCount).Select(number =>
            new LoadConnection(peer.Port, new TemplateRequests(templates, number, number))));
    }
}
