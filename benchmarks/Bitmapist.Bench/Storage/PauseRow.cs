using System.Diagnostics;
using Bitmapist.Bench.Peers;
using Bitmapist.Bench.Report;
using Bitmapist.Bench.Rows;

namespace Bitmapist.Bench.Storage;

/// <summary>
/// The longest that one client waits for a GETBIT, asked a thousand times a second: while nothing else happens, while a
/// snapshot of every key is written, and while the file is compacted.
/// </summary>
internal sealed class PauseRow : IRow
{
    private const int Keys = 50_000;
    private const int IdsPerKey = 100;

    public string Name => $"longest wait for a GETBIT, {Keys:N0} keys of {IdsPerKey} ids";

    public bool ComparesBuilds => false;

    public void Run(BenchRun run)
    {
        using Peer peer = run.StartOurs(prepare: null, "-save", "0");
        using CommandClient client = peer.Connect();
        client.Mark(Marks(0));
        client.Send("SAVE");
        client.ReadLine();
        Measure(run, peer, "nothing else", _ => Thread.Sleep(2000));
        for (int round = 1; round <= 3; round++)
        {
            client.Mark(Marks(round)); // every key changes, so that the next snapshot writes all again
            Measure(run, peer, $"snapshot {round}, and compaction when garbage passes half", other =>
            {
                other.Send("SAVE");
                other.ReadLine();
            });
        }
    }

    private void Measure(BenchRun run, Peer peer, string beside, Action<CommandClient> act)
    {
        using CommandClient asking = peer.Connect();
        using CommandClient acting = peer.Connect();
        using var done = new CancellationTokenSource();
        long started = Stopwatch.GetTimestamp();
        Task other = Task.Run(() =>
        {
            act(acting);
            done.Cancel();
        });
        var waits = new List<double>();
        while (!done.IsCancellationRequested)
        {
            long asked = Stopwatch.GetTimestamp();
            asking.Integer("GETBIT", "trackist_event:7_2026-1", "12345");
            waits.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            Thread.Sleep(1);
        }

        other.Wait();
        waits.Sort();
        double took = Stopwatch.GetElapsedTime(started).TotalSeconds;
        run.Table.WriteOurs($"{Name}; beside: {beside}", Unit.Microseconds, waits[^1] * 1000,
            FormattableString.Invariant(
                $"p99 {waits[waits.Count * 99 / 100] * 1000:N0} µs of {waits.Count:N0} asked; took {took:N1} s"));
    }

    private static IEnumerable<(string Key, uint Id)> Marks(int round)
    {
        for (int key = 0; key < Keys; key++)
        {
            string name = $"trackist_event:{key}_2026-1";
            int ids = round == 0 ? IdsPerKey : 1;
            for (int i = 0; i < ids; i++) yield return (name, (uint)((i * 100_003) + (round * 17)));
        }
    }
}
