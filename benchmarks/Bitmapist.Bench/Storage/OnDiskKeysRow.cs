using System.Diagnostics;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;
using Bitmapist.Bench.Rows;

namespace Bitmapist.Bench.Storage;

/// <summary>
/// Many keys on disk, none in memory: the start, the memory after it, and the first question to keys chosen at random,
/// one after the other on one connection. The file is in the system's cache, as it was just written.
/// </summary>
internal sealed class OnDiskKeysRow(int keys) : IRow
{
    public string Name => FormattableString.Invariant($"{keys:N0} keys on disk");

    public bool ComparesBuilds => false;

    public void Run(BenchRun run)
    {
        var database = new EventDatabase(keys);
        using Peer peer = run.StartOurs(database.Write);
        run.Table.WriteOurs($"{Name}: start to first PONG", Unit.Milliseconds, peer.StartTime.TotalMilliseconds,
            FormattableString.Invariant($"database of {peer.DiskBytes / 1e6:N0} MB"));
        run.Table.WriteOurs($"{Name}: resident memory after the start", Unit.Bytes, peer.ResidentBytes, "");

        using CommandClient client = peer.Connect();
        if (client.Integer("DBSIZE") is var size && size != keys) throw new IOException($"{size} keys, not {keys}.");
        var random = new Random(7);
        int questions = run.IsShort ? 2000 : 10_000;
        Ask(run, $"{Name}: GETBIT", questions, () =>
            client.Integer("GETBIT", EventDatabase.Name(random.Next(keys)), "123456"));
        Ask(run, $"{Name}: BITCOUNT", questions, () =>
        {
            int number = random.Next(keys);
            long count = client.Integer("BITCOUNT", EventDatabase.Name(number));
            if (count != EventDatabase.Cardinality(number)) throw new IOException($"key {number} has {count} bits.");
        });
        Ask(run, $"{Name}: BITOP AND of two keys, and BITCOUNT", questions / 2, () =>
        {
            int number = random.Next(keys - 1);
            client.Integer("BITOP", "AND", "result", EventDatabase.Name(number), EventDatabase.Name(number + 1));
            client.Integer("BITCOUNT", "result");
        });
        int large = 99_999; // each of them once: the second GETBIT of a key makes all of it resident
        Ask(run, $"{Name}: GETBIT of keys of 500,000 ids", keys / 100_000, () =>
        {
            client.Integer("GETBIT", EventDatabase.Name(large), "123456");
            large += 100_000;
        });
        Ask(run, $"{Name}: missing key", questions, () =>
            client.Integer("GETBIT", $"trackist_nothing:{random.Next()}_2026-1-1", "5"));
        Ask(run, $"{Name}: SCAN of one event's keys", 200, () =>
        {
            client.Send("KEYS", $"trackist_event:{random.Next(keys / 365)}_*");
            client.SkipArray();
        });
        run.Table.WriteOurs($"{Name}: resident memory after all that", Unit.Bytes, peer.ResidentBytes, "");
    }

    private static void Ask(BenchRun run, string what, int times, Action ask)
    {
        if (times == 0) return;
        double[] microseconds = new double[times];
        for (int i = 0; i < times; i++)
        {
            long started = Stopwatch.GetTimestamp();
            ask();
            microseconds[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        }

        Array.Sort(microseconds);
        run.Table.WriteOurs(what, Unit.Microseconds, microseconds[times / 2],
            FormattableString.Invariant($"median; p99 {microseconds[times * 99 / 100]:N0} µs"));
    }
}
