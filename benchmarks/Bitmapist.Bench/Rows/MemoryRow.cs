using Bitmapist.Bench.Data;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>
/// The growth of resident memory from an empty server to a full one that has had two seconds of rest, a key or an id.
/// </summary>
/// <param name="name">What the table shows.</param>
/// <param name="data">What it is filled with.</param>
/// <param name="parts">How many keys or ids the growth is shared by.</param>
/// <param name="redisBytes">
/// About what whoever stores plain strings takes for it; with too little memory for that it is left out.
/// </param>
internal sealed class MemoryRow(string name, ManyKeys data, double parts, long redisBytes)
    : AlternatingRow(name, Unit.BytesEach)
{
    private const long SpareBytes = 2L << 30; // for everything else on the machine

    public static TimeSpan Rest { get; } = TimeSpan.FromSeconds(2);

    protected override int RoundsOf(BenchRun run) => 1;

    protected override string? ReasonAgainst(PeerKind kind) =>
        !kind.IsOurs && Machine.AvailableBytes() - SpareBytes < redisBytes
            ? $"would need {Unit.Bytes.Text(redisBytes)}"
            : null;

    protected override IContestant Enter(BenchRun run, PeerKind kind) => new RepeatedContestant(() =>
    {
        using var peer = new Peer(kind);
        long before = peer.ResidentBytes;
        using (CommandClient client = peer.Connect()) client.Mark(data.Marks());
        Thread.Sleep(Rest);
        return new Sample((peer.ResidentBytes - before) / parts);
    });
}

/// <summary>Resident memory of a server that was started and asked nothing.</summary>
internal sealed class IdleMemoryRow() : AlternatingRow("memory, idle process", Unit.Bytes)
{
    protected override IContestant Enter(BenchRun run, PeerKind kind) => new RepeatedContestant(() =>
    {
        using var peer = new Peer(kind);
        Thread.Sleep(MemoryRow.Rest);
        return new Sample(peer.ResidentBytes);
    });
}
