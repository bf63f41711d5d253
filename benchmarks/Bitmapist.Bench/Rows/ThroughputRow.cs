using Bitmapist.Bench.Data;
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
internal sealed class ThroughputRow(
    string name, int connectionCount, IDataSet data, Func<int, IRequests> requests)
    : LoadRow(name, Unit.PerSecond, data)
{
    /// <summary>Operations that a batch counts as.</summary>
    public double OperationsPerBatch { get; init; } = 1;

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
            result.Latencies.PercentileUs(0.99),
            result.GeneratorShare);
    }
}
