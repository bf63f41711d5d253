using System.Diagnostics;
using System.Globalization;
using Bitmapist.Client;
using Bitmapist.Client.Benchmarks;
using Bitmapist.Client.Connections;

// usage: Bitmapist.Client.Benchmarks CONNECTION-STRING
// Measures what a mark costs on a server that runs already (rate, CPU time of this process, bytes allocated), then what
// a cohort page and the streaming of ids cost. Its keys begin with "bench_" and are deleted before and after.
if (args.Length != 1)
{
    Console.Error.WriteLine("usage: Bitmapist.Client.Benchmarks CONNECTION-STRING");
    return 2;
}

const int Ids = 1_000_000;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
await using ServerConnection channel =
    await ServerConnection.ConnectAsync(BitmapistOptions.Parse(args[0]), CancellationToken.None).ConfigureAwait(false);
string[] keys = ["bench_2026-1", "bench_W2026-3", "bench_2026-1-17", "bench_u"];
var random = new Random(1);
uint[] ids = [.. Enumerable.Range(0, Ids).Select(_ => (uint)random.Next(20_000_000))];
Console.WriteLine($"{"",-44} {"per second",12} {"CPU ns each",12} {"bytes each",11}");
foreach (string pass in new[] { "warming up", "" })
{
    await DeleteAsync().ConfigureAwait(false);
    string suffix = pass.Length == 0 ? "" : $" ({pass})";
    await MeasureAsync($"bulk, one SETBIT per id{suffix}", Ids, () => BulkAsync(keys.AsMemory(0, 1)))
        .ConfigureAwait(false);
    await MeasureAsync($"bulk, four SETBITs per id{suffix}", Ids, () => BulkAsync(keys)).ConfigureAwait(false);
    await MeasureAsync($"64 callers, a SETBIT each{suffix}", 200_000, () => CallersAsync(64, 200_000))
        .ConfigureAwait(false);
    await MeasureAsync($"one caller, one SETBIT after another{suffix}", 20_000, () => CallersAsync(1, 20_000))
        .ConfigureAwait(false);
}

await DeleteAsync().ConfigureAwait(false);
await AskingMeasurements.RunAsync(args[0]).ConfigureAwait(false);
return 0;

async Task DeleteAsync()
{
    var batch = new RequestBatch();
    foreach (string key in keys) batch.Begin("DEL", 1).Add(key);
    await channel.SendAsync(batch, SendMode.Pipeline, CancellationToken.None).ConfigureAwait(false);
}

async Task BulkAsync(ReadOnlyMemory<string> wanted)
{
    BulkResult result = await BulkSender.SendAsync(channel, ids, (batch, id) =>
    {
        foreach (string key in wanted.Span) batch.Begin("SETBIT", 3).Add(key).Add(id).Add(1);
    }, new BulkSettings { IsRepeatable = true }, CancellationToken.None).ConfigureAwait(false);
    Trace.Assert(result.Items == Ids, "Every id is acknowledged.");
}

Task CallersAsync(int callers, int marks) =>
    Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallerAsync(caller, callers, marks))));

async Task CallerAsync(int caller, int callers, int marks)
{
    var batch = new RequestBatch();
    for (int i = caller; i < marks; i += callers)
    {
        batch.Clear();
        batch.Begin("SETBIT", 3).Add(keys[0]).Add(ids[i]).Add(1);
        // As the client does it: its callers go on on the thread pool.
        await CallerTask.From(channel.SendAsync(batch, SendMode.Pipeline, CancellationToken.None).AsTask())
            .ConfigureAwait(false);
    }
}

static async Task MeasureAsync(string name, int count, Func<Task> work)
{
    GC.Collect();
    long bytesBefore = GC.GetTotalAllocatedBytes(precise: true);
    TimeSpan cpuBefore = Process.GetCurrentProcess().TotalProcessorTime;
    long startedAt = Stopwatch.GetTimestamp();
    await work().ConfigureAwait(false);
    double seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
    double cpuNs = (Process.GetCurrentProcess().TotalProcessorTime - cpuBefore).TotalNanoseconds;
    long bytes = GC.GetTotalAllocatedBytes(precise: true) - bytesBefore;
    Console.WriteLine(
        $"{name,-44} {count / seconds,12:N0} {cpuNs / count,12:N0} {(double)bytes / count,11:N1}");
}
