using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>BITOP OR of many small keys in memory, as for rolling sets of days; pipelined on one connection.</summary>
/// <param name="width">Keys of each operation.</param>
/// <param name="ids">Ids of each key.</param>
/// <param name="idEnd">Below this; an eighth of it are the bytes of each string that Redis combines.</param>
internal sealed class WideUnionRow(int width, int ids, int idEnd) : IRow
{
    private const int Keys = 1096;
    private const int Warm = 20;

    public string Name => FormattableString.Invariant($"BITOP OR of {width} keys of {ids} ids below {idEnd:N0}, a key");

    public bool ComparesBuilds => true;

    public void Run(BenchRun run)
    {
        using Peer ours = run.StartFresh(PeerRole.Ours), theirs = run.StartFresh(PeerRole.Redis);
        using CommandClient ourClient = ours.Connect(), theirClient = theirs.Connect();
        ourClient.Mark(Marks());
        theirClient.Mark(Marks());
        PipelinedRequests requests =
            PipelinedRequests.Unions([.. Enumerable.Range(0, Keys).Select(NameOf)], width);
        List<Sample> ourSamples = [], theirSamples = [];
        int rounds = run.IsShort ? 30 : 100;
        for (int round = 0; round < rounds + Warm; round++)
        {
            var our = new Sample(ourClient.Ask(requests).TotalNanoseconds / (requests.Count * width));
            var their = new Sample(theirClient.Ask(requests).TotalNanoseconds / (requests.Count * width));
            if (round < Warm) continue;
            ourSamples.Add(our);
            theirSamples.Add(their);
        }

        ResultTable.Write(Name, Unit.Nanoseconds, ourSamples, theirSamples);
    }

    private static string NameOf(int key) => $"trackist_event_2026-{(key % 12) + 1}-{(key / 12) + 1}";

    private IEnumerable<(string Key, uint Id)> Marks()
    {
        var random = new Random(1);
        for (int key = 0; key < Keys; key++)
            for (int i = 0; i < ids; i++) yield return (NameOf(key), (uint)random.Next(idEnd));
    }
}
