using System.Diagnostics;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;
using Bitmapist.Bench.Rows;

namespace Bitmapist.Bench.Storage;

/// <summary>
/// Ten times as many bitmaps as the budget allows, marked over the wire as fast as one connection can, and then
/// counted: each must have what was marked. What the process occupies, runtime and all, is sampled meanwhile, and again
/// when nobody has asked it anything for a while.
/// </summary>
internal sealed class BeyondBudgetRow : IRow
{
    private const int BudgetMb = 64;
    private const int IdsPerKey = 50_000; // about 100 kB as arrays
    private const int Keys = 10 * BudgetMb * 10;
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(30);

    public string Name => $"data of ten times a budget of {BudgetMb} MB";

    public bool ComparesBuilds => false;

    public void Run(BenchRun run)
    {
        int keys = run.IsShort ? Keys / 4 : Keys;
        using Peer peer = run.StartOurs(prepare: null, "-maxmemory", $"{BudgetMb}mb");
        using CommandClient client = peer.Connect();
        long idle = peer.ResidentBytes;
        long highest = 0;
        using var sampler = new Timer(_ => highest = Math.Max(highest, peer.ResidentBytes), null, 0, 50);
        long started = Stopwatch.GetTimestamp();
        client.Mark(Marks(keys));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        double marks = keys * (double)IdsPerKey;
        run.Table.WriteOurs($"{Name}: SETBIT in pipelines of 1,000", Unit.PerSecond, marks / seconds,
            FormattableString.Invariant($"{keys} keys of {IdsPerKey:N0} ids; {peer.DiskBytes / 1e6:N0} MB of files"));
        run.Table.WriteOurs($"{Name}: highest resident memory", Unit.Bytes, highest, "runtime included");

        started = Stopwatch.GetTimestamp();
        for (int key = 0; key < keys; key++)
        {
            if (client.Integer("BITCOUNT", KeyOf(key), "0", "-1") is var count && count != IdsPerKey)
                throw new IOException($"key {key} has {count} bits, not {IdsPerKey}.");
        }

        double perKey = Stopwatch.GetElapsedTime(started).TotalMicroseconds / keys;
        run.Table.WriteOurs($"{Name}: BITCOUNT 0 -1 of every key", Unit.Microseconds, perKey, "mean; all as marked");
        run.Table.WriteOurs($"{Name}: highest resident memory until then", Unit.Bytes, highest, "");
        Thread.Sleep(s_quiet);
        run.Table.WriteOurs($"{Name}: resident memory {s_quiet.TotalSeconds} s later", Unit.Bytes, peer.ResidentBytes,
            FormattableString.Invariant($"{idle / 1e6:N0} MB before the first mark"));
    }

    private static string KeyOf(int number) => $"trackist_event:{number}_2026-{(number % 12) + 1}";

    private static IEnumerable<(string Key, uint Id)> Marks(int keys)
    {
        for (int key = 0; key < keys; key++)
        {
            string name = KeyOf(key);
            for (int i = 0; i < IdsPerKey; i++) yield return (name, (uint)((i * 64) + (key % 64)));
        }
    }
}
