using System.Globalization;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>
/// How much memory few ids spread wide take: each key is a long string to Redis. The growth of resident memory, from
/// an empty server to a full one that has had two seconds of rest.
/// </summary>
internal sealed class SparseMemoryRow : IRow
{
    private const int KeysMax = 3_000;
    private const int IdsPerKey = 300;
    private const uint IdEnd = 20_000_000;
    private const long RedisBytesPerKey = IdEnd / 8 * 11 / 10; // the string up to its highest id, and what malloc adds
    private const long SpareBytes = 2L << 30; // for everything else on the machine

    public string Name => "memory, 3,000 keys × 300 ids below 20 M";

    public bool ComparesBuilds => true;

    public void Run(BenchRun run)
    {
        long affordable = (Machine.AvailableBytes() - SpareBytes) / RedisBytesPerKey;
        int keys = (int)Math.Clamp(affordable, 0, KeysMax);
        if (keys < 100)
        {
            ResultTable.WriteSkipped(Name, "Redis would not fit into memory");
            return;
        }

        (Sample ours, string ourText) = Measure(run, PeerRole.Ours, keys);
        (Sample theirs, string theirText) = Measure(run, PeerRole.Redis, keys);
        string note = keys < KeysMax ? $"{keys} keys only, for lack of free memory; " : "";
        ResultTable.Write(Name, Unit.Bytes, [ours], [theirs], $"{note}ours {ourText}, Redis {theirText}");
    }

    private static (Sample Growth, string Text) Measure(BenchRun run, PeerRole role, int keys)
    {
        using Peer peer = run.StartFresh(role);
        long before = peer.ResidentBytes;
        using (CommandClient client = peer.Connect()) client.Mark(Marks(keys));
        Thread.Sleep(TimeSpan.FromSeconds(2));
        long after = peer.ResidentBytes;
        double bytesPerId = (after - before) / ((double)keys * IdsPerKey);
        string growth = $"{ResultTable.Text(before, Unit.Bytes)} → {ResultTable.Text(after, Unit.Bytes)}";
        string text = string.Create(CultureInfo.InvariantCulture, $"{growth}: {bytesPerId:N1} B per id");
        return (new Sample(after - before), text);
    }

    private static IEnumerable<(string Key, uint Id)> Marks(int keys)
    {
        var random = new Random(1);
        for (int key = 0; key < keys; key++)
        {
            string name = $"trackist_event{key}_2026-1";
            for (int i = 0; i < IdsPerKey; i++) yield return (name, (uint)random.NextInt64(IdEnd));
        }
    }
}
