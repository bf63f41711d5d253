using System.Diagnostics;
using Bitmapist.Bench.Data;
using Bitmapist.Bench.Load;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;

namespace Bitmapist.Bench.Rows;

/// <summary>
/// The 99th percentile of GETBIT's latency at a steady rate while the server saves, in the background, every key of
/// its data, which changed before. Nothing is asked between saves.
/// </summary>
/// <param name="name">What the table shows.</param>
/// <param name="asked">The keys asked about.</param>
/// <param name="data">What changes and is saved.</param>
/// <param name="compacts">
/// Whether those saves count that compacted the database file, as ours does when most of it is garbage; else the
/// others.
/// </param>
internal sealed class SavingRow(string name, EventKeys asked, ManyKeys data, bool compacts)
    : LoadRow(name, Unit.Microseconds, data)
{
    private const int Enough = 2000; // latencies
    private const int SavesMax = 30;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    protected override string? ReasonAgainst(PeerKind kind) => compacts && !kind.IsOurs ? "" : null;

    protected override LoadGenerator Connect(Peer peer) => PacedLoad.Connect(peer, asked, []);

    protected override Sample Measure(Peer peer, LoadGenerator load, TimeSpan duration)
    {
        var latencies = new LatencyHistogram();
        using CommandClient client = peer.Connect();
        for (int save = 0; save < SavesMax && latencies.Total < Enough; save++)
        {
            if (save > 0) data.Change(peer); // before the first it has been done
            long bytesBefore = peer.DatabaseBytes;
            LatencyHistogram some = AskWhileSaving(client, load);
            bool hasCompacted = peer.DatabaseBytes < bytesBefore;
            if (hasCompacted == compacts) latencies.Add(some);
        }

        double p99Us = latencies.PercentileUs(0.99);
        return latencies.Total > 0
            ? new Sample(p99Us, P99Us: p99Us)
            : throw new IOException("None of the saves was of the kind that is measured.");
    }

    private static LatencyHistogram AskWhileSaving(CommandClient client, LoadGenerator load)
    {
        client.Do("BGSAVE");
        using var done = new CancellationTokenSource();
        Task waiting = Task.Run(() =>
        {
            try
            {
                WaitForSave(client);
            }
            finally
            {
                done.Cancel();
            }
        });
        LoadResult result = load.Run(s_patience, PacedLoad.IntervalNs, done.Token);
        waiting.GetAwaiter().GetResult();
        return result.Latencies;
    }

    private static void WaitForSave(CommandClient client)
    {
        const string Flag = "rdb_bgsave_in_progress:";
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < s_patience)
        {
            string info = client.Text("INFO", "persistence") ?? "";
            int at = info.IndexOf(Flag, StringComparison.Ordinal);
            if (at < 0) throw new IOException("INFO does not tell when a save ends.");
            if (info[at + Flag.Length] == '0') return;
            Thread.Sleep(2);
        }

        throw new IOException($"A save took more than {s_patience}.");
    }
}
