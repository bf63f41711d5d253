using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>
/// The growth of resident memory, a client, when many have asked for something once and then wait.
/// </summary>
/// <param name="clients">How many: below what servers allow unless told otherwise.</param>
internal sealed class IdleClientsRow(int clients)
    : AlternatingRow($"memory an idle client, of {clients:N0} idle clients", Unit.BytesEach)
{
    private const int WarmUpClients = 50; // what the first ones have made is not the clients'

    protected override IContestant Enter(BenchRun run, PeerKind kind) => new RepeatedContestant(() =>
    {
        using var peer = new Peer(kind);
        var open = new List<CommandClient>();
        try
        {
            Open(peer, open, WarmUpClients);
            Thread.Sleep(MemoryRow.Rest);
            long before = peer.ResidentBytes;
            Open(peer, open, clients);
            Thread.Sleep(MemoryRow.Rest);
            return new Sample((peer.ResidentBytes - before) / (double)clients);
        }
        finally
        {
            foreach (CommandClient client in open) client.Dispose();
        }
    });

    private static void Open(Peer peer, List<CommandClient> open, int count)
    {
        for (int left = count; left > 0; left--)
        {
            CommandClient client = peer.Connect();
            open.Add(client);
            client.Do("PING");
        }
    }
}
