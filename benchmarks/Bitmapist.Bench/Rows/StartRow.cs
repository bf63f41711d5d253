using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>
/// Time from before exec to the first PONG, of an empty server and of one that was stopped with its keys saved; files
/// in the page cache. With keys Redis is left out: 100,000 bitmaps with ids up to ten million are 120 GB to it.
/// </summary>
internal sealed class StartRow(int keyCount) : IRow
{
    private const int Starts = 5;
    private const int IdsPerKey = 20;

    public string Name => keyCount == 0
        ? "start to first PONG, empty"
        : FormattableString.Invariant($"start to first PONG, {keyCount:N0} keys of {IdsPerKey} ids below 10 M");

    public bool ComparesBuilds => true;

    public void Run(BenchRun run)
    {
        if (keyCount > 0 && run.IsAgainstRedis)
        {
            double medianMs = Sample.Median(Measure(run, PeerRole.Ours).Select(sample => sample.Value));
            ResultTable.WriteOurs(Name, Unit.Milliseconds, medianMs, "Redis would need 120 GB");
            return;
        }

        ResultTable.Write(Name, Unit.Milliseconds, Measure(run, PeerRole.Ours), Measure(run, PeerRole.Redis));
    }

    private List<Sample> Measure(BenchRun run, PeerRole role)
    {
        using Peer peer = run.StartFresh(role);
        if (keyCount > 0)
        {
            using CommandClient client = peer.Connect();
            client.Mark(Marks());
        }

        var samples = new List<Sample>();
        for (int i = 0; i < Starts; i++)
        {
            peer.SaveAndStop();
            samples.Add(new Sample(peer.Start().TotalMilliseconds));
        }

        using (CommandClient client = peer.Connect())
        {
            long count = client.Integer("DBSIZE");
            if (count != keyCount) throw new IOException($"{peer.Name} came up with {count} of {keyCount} keys.");
        }

        return samples;
    }

    private IEnumerable<(string Key, uint Id)> Marks()
    {
        var random = new Random(1);
        for (int key = 0; key < keyCount; key++)
        {
            string name = $"trackist_event{key / 100}_2026-{(key % 12) + 1}-{(key % 100 / 12) + 1}";
            for (int i = 0; i < IdsPerKey; i++) yield return (name, (uint)random.NextInt64(EventKeys.Users));
        }
    }
}
