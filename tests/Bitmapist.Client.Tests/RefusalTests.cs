using Bitmapist.Client.Cohorts;
using Bitmapist.Client.Events;
using Bitmapist.Client.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace Bitmapist.Client.Tests;

/// <summary>What a client makes of refusals, and what it refuses itself; without a server.</summary>
public sealed class RefusalTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_refused_operation_says_why_not_only_that_its_transaction_was_dropped()
    {
        await using BitmapistClient client = Of(new ScriptedChannel(request => request.Split(' ')[0] switch
        {
            "MULTI" => "+OK\r\n",
            "BITOP" => "-OOM command not allowed when used memory > 'maxmemory'.\r\n",
            "EXPIRE" => "+QUEUED\r\n",
            "EXEC" => "-EXECABORT Transaction discarded because of previous errors.\r\n",
            _ => ":0\r\n",
        }));
        var refusal = await Assert.ThrowsAsync<ServerErrorException>(
            () => client.CountAsync(new UniqueEvents("a") & new UniqueEvents("b"), Cancel));
        Assert.Equal("OOM", refusal.Code);
        Assert.Contains("BITOP", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_step_of_a_scan_is_repeatable_and_a_delete_that_counts_is_not()
    {
        var channel = new ScriptedChannel(request => request.StartsWith("SCAN 0", StringComparison.Ordinal)
            ? "*2\r\n$1\r\n7\r\n*1\r\n$14\r\nbitmapist_ab_u\r\n"
            : request.StartsWith("SCAN", StringComparison.Ordinal) ? "*2\r\n$1\r\n0\r\n*0\r\n" : ":1\r\n");
        await using BitmapistClient client = Of(channel);
        Assert.Equal(["ab"], await client.EventNamesAsync(cancellationToken: Cancel));
        Assert.Equal(2, channel.Sent.Count);
        Assert.All(channel.Sent, sent => Assert.True(sent.IsRepeatable, sent.Request));
        Assert.Equal(1, await client.DeleteAllEventsAsync(Cancel));
        Assert.False(channel.Sent[^1].IsRepeatable);
    }

    [Fact]
    public async Task Tables_too_large_are_refused_before_anything_is_sent()
    {
        var channel = new ScriptedChannel(_ => ":1\r\n");
        await using BitmapistClient client = Of(channel);
        var query = new CohortQuery { First = "a", Return = "b", Rows = 1_000, PeriodsAfter = 20 };
        await RefusedAsync("20,000 cells", () => client.CohortAsync(query, Cancel));
        EventSet day = new DayEvents("a", 2026, 1, 15);
        await RefusedAsync("20,000 cells", () => client.CohortAsync(day, day, 1_000, 21, cancellationToken: Cancel));
        query = query with
        {
            Rows = 31, PeriodsAfter = 12, StartDate = DateOnly.MinValue, Retention = Retention.Unbounded,
        };
        await RefusedAsync("1,000 periods", () => client.CohortAsync(query, Cancel));
        query = query with { Rows = 1_000, PeriodsAfter = 10, StartDate = null };
        await RefusedAsync("90 periods", () => client.CohortAsync(query, Cancel));
        Assert.Empty(channel.Sent);
    }

    [Fact]
    public void A_container_with_a_client_can_be_disposed_without_await()
    {
        ServiceProvider provider = new ServiceCollection().AddBitmapist("127.0.0.1:1").BuildServiceProvider();
        Assert.NotNull(provider.GetRequiredService<BitmapistClient>());
        provider.Dispose();
    }

    private static async Task RefusedAsync(string expected, Func<Task> ask)
    {
        var refusal = await Assert.ThrowsAsync<ArgumentException>(ask);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    private static BitmapistClient Of(ScriptedChannel channel) => new(channel, ClientSettings.Of(KeyLayout.Bitmapist4));
}
