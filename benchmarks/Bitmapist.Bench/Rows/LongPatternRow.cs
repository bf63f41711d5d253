using System.Diagnostics;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>KEYS with a class of two megabytes, which a matcher reads anew at every place of every name.</summary>
internal sealed class LongPatternRow : IRow
{
    private const int Keys = 20;
    private const int ClassBytes = 2_000_000;

    public string Name => FormattableString.Invariant($"KEYS with a class of {ClassBytes:N0} characters, {Keys} keys");

    public bool ComparesBuilds => true;

    public void Run(BenchRun run) =>
        ResultTable.Write(Name, Unit.Milliseconds, [Measure(run, PeerRole.Ours)], [Measure(run, PeerRole.Redis)]);

    private static Sample Measure(BenchRun run, PeerRole role)
    {
        using Peer peer = run.StartFresh(role);
        using CommandClient client = peer.Connect();
        client.Mark(Enumerable.Range(0, Keys).Select(key => ($"trackist_event{key}_2026-1", 7u)));
        string pattern = $"*[{new string('b', ClassBytes)}]";
        long started = Stopwatch.GetTimestamp();
        client.Send("KEYS", pattern);
        client.SkipArray();
        return new Sample(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }
}
