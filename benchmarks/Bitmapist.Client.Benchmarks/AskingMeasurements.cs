using System.Diagnostics;
using Bitmapist.Client;
using Bitmapist.Client.Cohorts;
using Bitmapist.Client.Connections;
using Bitmapist.Client.Events;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Benchmarks;

/// <summary>
/// What questions cost on a server that runs already: a 31 × 13 daily cohort page over a year of generated events, next
/// to the same numbers asked for one command at a time as the Python library does, and the streaming of ids.
/// </summary>
internal static class AskingMeasurements
{
    private const int Days = 365;
    private const int People = 200_000;
    private const int ActivePerDay = 10_000;
    private const int SignupsPerDay = 500;
    private const int Pages = 20;
    private static readonly DateTimeOffset s_today = new(2026, 12, 31, 12, 0, 0, TimeSpan.Zero);

    public static async Task RunAsync(string connectionString)
    {
        BitmapistOptions options = BitmapistOptions.Parse(connectionString);
        options.KeyPrefix = "bench_";
        options.TimeProvider = new StillTime(s_today);
        await using var channel = new CountingChannel(
            await ServerConnection.ConnectAsync(options, CancellationToken.None).ConfigureAwait(false));
        options.Layout = KeyLayout.Bitmapist4;
        var four = new BitmapistClient(channel, options);
        options.Layout = KeyLayout.Bitmapist3;
        var three = new BitmapistClient(channel, options);
        await four.DeleteAllEventsAsync().ConfigureAwait(false);
        await MarkYearAsync(four).ConfigureAwait(false);
        var query = new CohortQuery { First = "signup", Return = "active" };
        CohortTable table = await three.CohortAsync(query).ConfigureAwait(false);
        Trace.Assert(table.Rows.Count == 31 && table.Columns == 13, "31 rows of 13 cells.");

        await PageAsync("cohort page, bitmapist 3", channel, () => three.CohortAsync(query)).ConfigureAwait(false);
        await PageAsync("cohort page, bitmapist4, results anew", channel, async () =>
        {
            await four.DeleteTemporaryKeysAsync().ConfigureAwait(false);
            channel.Reset();
            await four.CohortAsync(query).ConfigureAwait(false);
        }).ConfigureAwait(false);
        await PageAsync("cohort page, bitmapist4, results there", channel, () => four.CohortAsync(query))
            .ConfigureAwait(false);
        await PageAsync("the same, one command at a time", channel, () => OneByOneAsync(channel, table, four))
            .ConfigureAwait(false);
        await StreamAsync(four, "dense", 0.05).ConfigureAwait(false);
        await StreamAsync(four, "thin", 0.0005).ConfigureAwait(false);
        await four.DeleteAllEventsAsync().ConfigureAwait(false);
    }

    private static async Task MarkYearAsync(BitmapistClient client)
    {
        var random = new Random(2026);
        for (int day = 0; day < Days; day++)
        {
            DateTimeOffset at = s_today.AddDays(-day);
            await client.MarkAsync("active", Some(ActivePerDay), at, trackUnique: false).ConfigureAwait(false);
            await client.MarkAsync("signup", Some(SignupsPerDay), at, trackUnique: false).ConfigureAwait(false);
        }

        IEnumerable<uint> Some(int count) => Enumerable.Range(0, count).Select(_ => (uint)random.Next(People));
    }

    private static async Task PageAsync(string name, CountingChannel channel, Func<Task> page)
    {
        await page().ConfigureAwait(false);
        var times = new List<double>();
        for (int i = 0; i < Pages; i++)
        {
            channel.Reset();
            long startedAt = Stopwatch.GetTimestamp();
            await page().ConfigureAwait(false);
            times.Add(Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds);
        }

        times.Sort();
        Console.WriteLine($"{name,-44} {times[Pages / 2],9:N1} ms (median of {Pages}), "
            + $"{channel.Batches:N0} round trips, {channel.Requests:N0} commands");
    }

    /// <summary>BITCOUNT per row; EXISTS, BITOP and BITCOUNT per cell; each awaited before the next is sent.</summary>
    private static async Task OneByOneAsync(CountingChannel channel, CohortTable table, BitmapistClient client)
    {
        foreach (CohortRow row in table.Rows)
        {
            string cohort = client.KeyOf(row.Events);
            await SendAsync("BITCOUNT", cohort).ConfigureAwait(false);
            for (int after = 0; after < row.Cells.Count; after++)
            {
                string back = client.KeyOf(DayEvents.From("active", row.Date.AddDays(after)));
                string both = client.KeyOf(row.Cells[after].Events);
                await SendAsync("EXISTS", back).ConfigureAwait(false);
                await SendAsync("BITOP", "AND", both, cohort, back).ConfigureAwait(false);
                await SendAsync("BITCOUNT", both).ConfigureAwait(false);
            }
        }

        async Task SendAsync(string command, params string[] arguments)
        {
            RequestBatch batch = new RequestBatch().Begin(command, arguments.Length);
            foreach (string argument in arguments) batch.Add(argument);
            await CallerTask.From(channel.SendAsync(batch, SendMode.Pipeline, CancellationToken.None).AsTask())
                .ConfigureAwait(false);
        }
    }

    private static async Task StreamAsync(BitmapistClient client, string name, double share)
    {
        const int IdsEnd = 20_000_000;
        var random = new Random(7);
        int count = (int)(IdsEnd * share);
        await client.MarkUniqueAsync(name, Enumerable.Range(0, count).Select(_ => (uint)random.Next(IdsEnd)))
            .ConfigureAwait(false);
        for (int pass = 0; pass < 2; pass++)
        {
            GC.Collect();
            long bytesBefore = GC.GetTotalAllocatedBytes(precise: true);
            long startedAt = Stopwatch.GetTimestamp();
            long ids = 0;
            await foreach (uint id in client.IdsAsync(new UniqueEvents(name)).ConfigureAwait(false)) ids++;
            double seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
            long bytes = GC.GetTotalAllocatedBytes(precise: true) - bytesBefore;
            if (pass == 0) continue; // warming up
            Console.WriteLine($"{$"ids streamed, {share:P2} of 20 million",-44} {ids / seconds,12:N0} per second, "
                + $"{(double)bytes / ids:N1} bytes allocated each");
        }
    }

    private sealed class StillTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    /// <summary>Counts what passes.</summary>
    private sealed class CountingChannel(ICommandChannel inner) : ICommandChannel
    {
        public int Batches { get; private set; }

        public int Requests { get; private set; }

        public void Reset()
        {
            Batches = 0;
            Requests = 0;
        }

        public ValueTask<IReadOnlyList<Reply>> SendAsync(
            RequestBatch batch, SendMode mode, CancellationToken cancellationToken)
        {
            Batches++;
            Requests += batch.Count;
            return inner.SendAsync(batch, mode, cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
