using System.Diagnostics;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>KEYS with a class of two megabytes, which a matcher reads anew at every place of every name.</summary>
internal sealed class LongPatternRow() : AlternatingRow("KEYS with a class of 2,000,000 characters", Unit.Milliseconds)
{
    private const int Keys = 20;
    private const int ClassBytes = 2_000_000;

    protected override int RoundsOf(BenchRun run) => run.IsShort ? 1 : run.Rounds; // seconds each

    protected override IContestant Enter(BenchRun run, PeerKind kind) => new RepeatedContestant(() =>
    {
        using var peer = new Peer(kind);
        using CommandClient client = peer.Connect();
        client.Mark(Enumerable.Range(0, Keys).Select(key => ($"trackist_event{key}_2026-1", 7u)));
        string pattern = $"*[{new string('b', ClassBytes)}]";
        long started = Stopwatch.GetTimestamp();
        client.Send("KEYS", pattern);
        client.SkipArray();
        return new Sample(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    });
}
