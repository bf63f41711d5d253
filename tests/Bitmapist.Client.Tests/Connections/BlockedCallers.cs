using System.Collections.Concurrent;
using System.Net.Security;
using Bitmapist.Client.Asking;
using Bitmapist.Client.Cohorts;
using Bitmapist.Client.Events;
using Bitmapist.Client.Marks;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>Many threads that do all a client can, and block on every step of it.</summary>
internal static class BlockedCallers
{
    /// <summary>Callers with a connection of their own; all others share one.</summary>
    public const int Connections = 8;

    private const int Callers = 64;
    private const int BulkIds = 3_000; // more batches than a bulk has under way

    /// <summary>What failed; nothing, when all is well.</summary>
    public static IReadOnlyCollection<string> Run(string place)
    {
        var failures = new ConcurrentQueue<string>();
        using BitmapistClient shared = Connect(place);
        Thread[] callers = [.. Enumerable.Range(0, Callers).Select(caller => new Thread(() =>
        {
            try
            {
                using BitmapistClient? own = caller < Connections ? Connect(place) : null;
                Ask(own ?? shared, caller);
                if (!place.StartsWith("rediss", StringComparison.Ordinal)) Delete(own ?? shared, caller);
            }
            catch (Exception failure)
            {
                failures.Enqueue($"caller {caller}: {failure}");
            }
        }))];
        foreach (Thread caller in callers) caller.Start();
        foreach (Thread caller in callers) caller.Join();
        return failures;
    }

    private static BitmapistClient Connect(string place)
    {
        BitmapistOptions options = BitmapistOptions.Parse(place);
        options.ResponseTimeoutMs = options.ConnectTimeoutMs = 60_000; // a busy machine is no failure
        options.ReconnectDelayMs = 5;
        options.ConfigureTls = static tls => tls.RemoteCertificateValidationCallback =
            static (_, _, _, errors) => (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == 0;
        return BitmapistClient.ConnectAsync(options).AsTask().GetAwaiter().GetResult();
    }

    private static void Ask(BitmapistClient client, int caller)
    {
        string name = $"event{caller}";
        var at = new DateTimeOffset(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);
        EventSet all = DayEvents.From(name, at) & new UniqueEvents(name);
        for (uint id = 0; id < 10; id++) client.MarkAsync(name, id, at).Wait();
        Check(10L, client.CountAsync(all).Result);
        Check(true, client.ContainsAsync(all, 9).Result);
        Check((long)BulkIds, client.MarkAsync(name, Enumerable.Range(0, BulkIds).Select(id => (uint)id), at).Result);
        Check((long)BulkIds, client.MarkUniqueAsync($"{name}u", Ids()).Result);
        Check(2L, client.MarkAsync([new EventMark(name, 1, at), new EventMark(name, 2, at)]).Result);
        Check((long)BulkIds, client.BitmapAsync(all).Result.Count());
        Check((long)BulkIds, Count(client.IdsAsync(all)));
        MarkTransaction transaction = client.BeginTransaction().Mark(name, BulkIds, at);
        transaction.CommitAsync().Wait();
        Questions questions = client.Ask();
        Answer<bool> isThere = questions.Contains(all, BulkIds);
        questions.SendAsync().Wait();
        Check(true, isThere.Value);
        CohortTable table = client.CohortAsync(new CohortQuery
        {
            First = name, Return = name, Rows = 2, PeriodsAfter = 1, StartDate = new DateOnly(2026, 1, 14),
        }).Result;
        Check(100.0, table.Rows[1].Cells[0].Percent);
        Check(true, client.EventNamesAsync(name).Result.Contains(name));

        static async IAsyncEnumerable<uint> Ids()
        {
            for (uint id = 0; id < BulkIds; id++) yield return id;
            await Task.CompletedTask;
        }
    }

    /// <summary>Not where connections are cut: a deletion says how many keys there were, so is not repeated.</summary>
    private static void Delete(BitmapistClient client, int caller)
    {
        var flag = new UniqueEvents($"event{caller}");
        Check(true, client.DeleteAsync(flag).Result);
        Check(false, client.AnyAsync(flag).Result);
        Check(0L, client.DeleteRuntimeKeysAsync().Result);
    }

    private static long Count(IAsyncEnumerable<uint> ids)
    {
        long count = 0;
        IAsyncEnumerator<uint> each = ids.GetAsyncEnumerator();
        while (each.MoveNextAsync().AsTask().Result) count++;
        each.DisposeAsync().AsTask().Wait();
        return count;
    }

    private static void Check<T>(T expected, T actual)
    {
        if (!Equals(expected, actual)) throw new InvalidDataException($"{actual} instead of {expected}");
    }
}
