using Bitmapist.Bench.Load;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>
/// The 99th percentile of GETBIT's latency at a steady, modest rate that leaves either server time to spare, optionally
/// while another connection runs heavy requests back to back.
/// </summary>
/// <param name="name">What the table shows.</param>
/// <param name="data">What is there beforehand.</param>
/// <param name="heavy">What the other connection sends; null for none.</param>
internal sealed class PacedRow(string name, EventKeys data, Func<IRequests>? heavy)
    : AlternatingRow(name, Unit.Microseconds)
{
    private const int ConnectionCount = 8;
    private const long IntervalNs = 200_000; // 5,000 requests per second

    protected override void Prepare(Peer peer) => data.Fill(peer);

    protected override LoadGenerator Connect(Peer peer)
    {
        BatchTemplate[] templates = [.. data.Keys.Select((_, first) => BatchTemplate.GetBits(data.Keys, first, 1))];
        return new LoadGenerator(
            heavy is null ? [] : [new LoadConnection(peer.Port, heavy())],
            Enumerable.Range(1, ConnectionCount).Select(number =>
                new LoadConnection(peer.Port, new RandomIdRequests(templates, (ulong)number))));
    }

    protected override Sample Measure(Peer peer, LoadGenerator load, TimeSpan duration)
    {
        LoadResult result = load.Run(duration, IntervalNs);
        return new Sample(
            result.Latencies.PercentileUs(0.99),
            P50Us: result.Latencies.PercentileUs(0.5),
            P99Us: result.Latencies.PercentileUs(0.99),
            GeneratorShare: result.GeneratorShare);
    }
}
