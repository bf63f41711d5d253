using Bitmapist.Bench.Load;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>
/// Operations per second of connections that each send a batch, wait for its replies, and send the next.
/// </summary>
/// <param name="name">What the table shows.</param>
/// <param name="connectionCount">All driven by one thread.</param>
/// <param name="data">What is there beforehand.</param>
/// <param name="requests">What the n-th connection sends, n from 1.</param>
internal sealed class ThroughputRow(string name, int connectionCount, EventKeys data, Func<int, IRequests> requests)
    : AlternatingRow(name, Unit.PerSecond)
{
    /// <summary>Operations that a batch counts as.</summary>
    public double OperationsPerBatch { get; init; } = 1;

    /// <summary>Whether a batch's latency says something about a request's.</summary>
    public bool ShowsLatency { get; init; }

    protected override void Prepare(Peer peer) => data.Fill(peer);

    protected override LoadGenerator Connect(Peer peer) =>
        new(Enumerable.Range(1, connectionCount).Select(number =>
            new LoadConnection(peer.Port, requests(number))), []);

    protected override Sample Measure(Peer peer, LoadGenerator load, TimeSpan duration)
    {
        double cpuBefore = peer.CpuSeconds;
        LoadResult result = load.Run(duration);
        double operations = result.EagerBatches * OperationsPerBatch;
        return new Sample(
            operations / result.Elapsed.TotalSeconds,
            (peer.CpuSeconds - cpuBefore) / operations * 1e6,
            ShowsLatency ? result.Latencies.PercentileUs(0.5) : 0,
            ShowsLatency ? result.Latencies.PercentileUs(0.99) : 0,
            result.GeneratorShare);
    }
}
