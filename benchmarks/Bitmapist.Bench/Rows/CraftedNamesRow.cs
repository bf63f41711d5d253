using System.Buffers.Binary;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>
/// New keys whose names were chosen so that they would collide in a hash whose second factor is xored with a constant,
/// beside as many with random names.
/// </summary>
internal sealed class CraftedNamesRow : IRow
{
    private const int Keys = 40_000;
    private const ulong Constant = 0xC2B2_AE3D_27D4_EB4F; // this server's own, once

    public string Name => FormattableString.Invariant($"SETBIT of {Keys:N0} new keys with names crafted to collide");

    public bool ComparesBuilds => true;

    public void Run(BenchRun run)
    {
        (Sample crafted, Sample random) ours = Measure(run, PeerRole.Ours);
        (Sample crafted, Sample random) theirs = Measure(run, PeerRole.Redis);
        string remark = FormattableString.Invariant(
            $"random names: {ours.random.Value:N0} and {theirs.random.Value:N0} ms");
        ResultTable.Write(Name, Unit.Milliseconds, [ours.crafted], [theirs.crafted], remark);
    }

    private static (Sample Crafted, Sample Random) Measure(BenchRun run, PeerRole role)
    {
        using Peer peer = run.StartFresh(role);
        using CommandClient client = peer.Connect();
        client.Ask(Marks(seed: 1, isCrafted: false)); // what a server's first requests take is not asked
        TimeSpan random = client.Ask(Marks(seed: 2, isCrafted: false));
        TimeSpan crafted = client.Ask(Marks(seed: 3, isCrafted: true));
        return (new Sample(crafted.TotalMilliseconds), new Sample(random.TotalMilliseconds));
    }

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
