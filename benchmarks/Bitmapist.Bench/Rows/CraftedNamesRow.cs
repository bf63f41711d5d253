using System.Buffers.Binary;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>
/// New keys whose names were chosen so that they would collide in a hash whose second factor is xored with a constant,
/// or with random names.
/// </summary>
internal sealed class CraftedNamesRow(bool isCrafted)
    : AlternatingRow($"SETBIT of 40,000 new keys, {(isCrafted ? "crafted" : "random")} names", Unit.Milliseconds)
{
    private const int Keys = 40_000;
    private const ulong Constant = 0xC2B2_AE3D_27D4_EB4F; // this server's own, once

    protected override IContestant Enter(BenchRun run, PeerKind kind) => new RepeatedContestant(() =>
    {
        using var peer = new Peer(kind);
        using CommandClient client = peer.Connect();
        client.Ask(Marks(seed: 1, isCrafted: false)); // what a server's first requests take is not asked
        return new Sample(client.Ask(Marks(seed: 3, isCrafted)).TotalMilliseconds);
    });

    private static PipelinedRequests Marks(int seed, bool isCrafted)
    {
        var random = new Random(seed);
        var requests = new PipelinedRequests();
        byte[] name = new byte[16];
        for (int i = 0; i < Keys; i++)
        {
            random.NextBytes(name);
            if (isCrafted) BinaryPrimitives.WriteUInt64LittleEndian(name.AsSpan(8), Constant);
            requests.AddMark(name, 7);
        }

        return requests;
    }
}
