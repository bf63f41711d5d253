using Bitmapist.Bench.Data;
using Bitmapist.Bench.Load;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>The most threads a server's process has while many connections want set algebra of it.</summary>
internal sealed class ThreadsRow(string name, int connectionCount, PairKeys data, string operation)
    : LoadRow(name, Unit.Count, data)
{
    protected override LoadGenerator Connect(Peer peer)
    {
        BatchTemplate[] questions = data.Questions(operation, marksBefore: false);
        return new LoadGenerator(
            Enumerable.Range(1, connectionCount).Select(number =>
                new LoadConnection(peer.Port, new TemplateRequests(questions, number, 2 * number))), []);
    }

    protected override Sample Measure(Peer peer, LoadGenerator load, TimeSpan duration)
    {
        int most = 0;
        using var sampler = new Timer(_ => most = Math.Max(most, peer.ThreadCount), null, 0, 10);
        LoadResult result = load.Run(duration);
        return new Sample(most, P99Us: result.Latencies.PercentileUs(0.99));
    }
}
