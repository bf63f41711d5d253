using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>What one mark of the highest id adds to resident memory.</summary>
internal sealed class HighestBitRow() : AlternatingRow("memory, one SETBIT of id 4,294,967,295", Unit.Bytes)
{
    protected override int RoundsOf(BenchRun run) => 1;

    protected override IContestant Enter(BenchRun run, PeerKind kind) => new RepeatedContestant(() =>
    {
        using var peer = new Peer(kind);
        using CommandClient client = peer.Connect();
        client.Integer("SETBIT", "trackist_first_2026-1", "1", "1"); // what a server's first request takes is not asked
        long before = peer.ResidentBytes;
        client.Integer("SETBIT", "trackist_active_2026-1", "4294967295", "1");
        return new Sample(peer.ResidentBytes - before);
    });
}
