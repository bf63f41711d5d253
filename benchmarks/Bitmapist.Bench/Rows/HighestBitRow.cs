using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>What one mark of the highest id adds to resident memory.</summary>
internal sealed class HighestBitRow : IRow
{
    public string Name => "memory, one SETBIT of id 4,294,967,295";

    public bool ComparesBuilds => true;

    public void Run(BenchRun run)
    {
        (long ours, string ourText) = Measure(run, PeerRole.Ours);
        (long theirs, string theirText) = Measure(run, PeerRole.Redis);
        ResultTable.Write(
            Name, Unit.Bytes, [new Sample(ours)], [new Sample(theirs)], $"ours {ourText}, Redis {theirText}");
    }

    private static (long GrowthBytes, string Text) Measure(BenchRun run, PeerRole role)
    {
        using Peer peer = run.StartFresh(role);
        using CommandClient client = peer.Connect();
        client.Integer("SETBIT", "trackist_first_2026-1", "1", "1"); // what a server's first request takes is not asked
        long before = peer.ResidentBytes;
        client.Integer("SETBIT", "trackist_active_2026-1", "4294967295", "1");
        long after = peer.ResidentBytes;
        return (after - before, $"{ResultTable.Text(before, Unit.Bytes)} → {ResultTable.Text(after, Unit.Bytes)}");
    }
}
