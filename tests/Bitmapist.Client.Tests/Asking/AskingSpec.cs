using Bitmapist.Client.Asking;
using Bitmapist.Client.Events;
using Bitmapist.Client.Tests.Servers;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Asking;

/// <summary>What questions send: how much, how often, and under which names.</summary>
public abstract class AskingSpec(ITestServer server) : ClientSpec(server)
{
    private static readonly DayEvents s_a = new("a", 2026, 1, 15); // the clock's day: in progress
    private static readonly DayEvents s_b = new("b", 2026, 1, 15);
    private static readonly DayEvents s_c = new("c", 2026, 1, 15);

    [Fact]
    public async Task A_row_of_one_operator_is_one_BITOP()
    {
        await MarkAllAsync();
        Channel3.Reset();
        Assert.Equal(1, await Client3.CountAsync(s_a & s_b & s_c, Cancel));
        Assert.Equal(
        [
            "BITOP AND trackist_bitop_AND_trackist_a_2026-1-15-trackist_b_2026-1-15-trackist_c_2026-1-15 "
                + "trackist_a_2026-1-15 trackist_b_2026-1-15 trackist_c_2026-1-15",
            "BITCOUNT trackist_bitop_AND_trackist_a_2026-1-15-trackist_b_2026-1-15-trackist_c_2026-1-15",
        ], Channel3.Log);
        Assert.Equal(1, Channel3.Batches);
    }

    [Fact]
    public async Task In_bitmapist4_a_result_is_made_in_a_transaction_with_its_expiry()
    {
        await MarkAllAsync();
        Channel.Reset();
        Assert.Equal(3, await Client.CountAsync(s_a | s_b, Cancel));
        string key = Client.KeyOf(s_a | s_b);
        Assert.Equal(
        [
            "MULTI", $"BITOP OR {key} bitmapist_a_2026-1-15 bitmapist_b_2026-1-15", $"EXPIRE {key} 60", "EXEC",
            $"BITCOUNT {key}",
        ], Channel.Log);
        Assert.Equal(":60", await SendAsync("TTL", key));
        EventSet over = s_a.Previous() | s_b.Previous();
        await Client.MarkAsync("a", 9, Noon.AddDays(-1), cancellationToken: Cancel);
        Assert.Equal(1, await Client.CountAsync(over, Cancel));
        Assert.Equal(":86400", await SendAsync("TTL", Client.KeyOf(over)));
    }

    [Fact]
    public async Task In_bitmapist4_a_result_is_used_until_it_is_about_to_expire()
    {
        await MarkAllAsync();
        await Client.CountAsync(s_a & s_b, Cancel);
        Channel.Reset();
        Assert.Equal(1, await Client.CountAsync(s_a & s_b, Cancel));
        string key = Client.KeyOf(s_a & s_b);
        Assert.Equal([$"BITCOUNT {key}", $"EXISTS {key}"], Channel.Log);
        Clock.Now += TimeSpan.FromSeconds(56);
        Channel.Reset();
        Assert.Equal(1, await Client.CountAsync(s_a & s_b, Cancel));
        Assert.Contains("MULTI", Channel.Log);
    }

    [Fact]
    public async Task In_bitmapist_3_operations_run_each_time_and_results_stay_until_deleted()
    {
        await MarkAllAsync();
        EventSet nested = s_a & (s_b | s_c);
        await Client3.CountAsync(nested, Cancel);
        Channel3.Reset();
        await Client3.CountAsync(nested, Cancel);
        Assert.Equal(2, Channel3.Log.Count(request => request.StartsWith("BITOP", StringComparison.Ordinal)));
        Assert.Equal(":-1", await SendAsync("TTL", Client3.KeyOf(nested)));
        Assert.Equal(2, await Client3.DeleteRuntimeKeysAsync(Cancel));
        Assert.Equal(":0", await SendAsync("EXISTS", Client3.KeyOf(nested)));
        Assert.Equal(0, await Client3.DeleteRuntimeKeysAsync(Cancel));
    }

    [Fact]
    public async Task A_mark_of_this_client_shows_in_its_next_answer()
    {
        await MarkAllAsync();
        EventSet nested = s_a & (s_b | s_c);
        Assert.Equal(2, await Client.CountAsync(nested, Cancel));
        await Client.MarkAsync("a", 77, cancellationToken: Cancel);
        await Client.MarkAsync("c", 77, cancellationToken: Cancel);
        Assert.Equal(3, await Client.CountAsync(nested, Cancel));
        await Client.UnmarkAsync("c", [77u], cancellationToken: Cancel);
        Assert.Equal(2, await Client.CountAsync(nested, Cancel));
        await using (var transaction = Client.BeginTransaction())
        {
            transaction.Mark("c", 77);
            await transaction.CommitAsync(Cancel);
        }

        Assert.Equal(3, await Client.CountAsync(nested, Cancel));
        Assert.True(await Client.DeleteAsync(s_a, Cancel));
        Assert.Equal(0, await Client.CountAsync(nested, Cancel));
    }

    [Fact]
    public async Task A_result_that_someone_deleted_is_made_anew()
    {
        await MarkAllAsync();
        EventSet inner = s_b | s_c;
        Assert.Equal(2, await Client.CountAsync(s_a & inner, Cancel));
        await SendAsync("DEL", Client.KeyOf(s_a & inner));
        Assert.Equal(2, await Client.CountAsync(s_a & inner, Cancel));
        await SendAsync("DEL", Client.KeyOf(inner)); // needed for another result only
        Assert.Equal(1, await Client.CountAsync(inner ^ s_a, Cancel));
        Assert.Equal(1, await Client.CountAsync(inner - s_a, Cancel));
    }

    [Fact]
    public async Task Questions_share_their_operations_and_one_round_trip()
    {
        await MarkAllAsync();
        Channel.Reset();
        Questions questions = Client.Ask();
        Answer<long> count = questions.CountOf(s_a & s_b);
        Answer<bool> any = questions.AnyIn(s_a & s_b);
        Answer<bool> contains = questions.Contains(s_a & s_b, 1);
        Answer<bool> containsNot = questions.Contains(s_a & s_b, 2);
        Answer<IdBitmap> bitmap = questions.BitmapOf(s_a & s_b);
        Assert.False(count.IsThere);
        Assert.Throws<InvalidOperationException>(() => count.Value);
        await questions.SendAsync(Cancel);
        Assert.Equal((1L, true, true, false), (count.Value, any.Value, contains.Value, containsNot.Value));
        Assert.Equal([1u], bitmap.Value);
        Assert.Equal(1, Channel.Batches);
        Assert.Single(Channel.Log, request => request.StartsWith("BITOP", StringComparison.Ordinal));
        await Assert.ThrowsAsync<InvalidOperationException>(() => questions.SendAsync(Cancel));
        Assert.Throws<InvalidOperationException>(() => questions.CountOf(s_a));
    }

    [Fact]
    public async Task Membership_needs_no_operation()
    {
        await MarkAllAsync();
        Channel.Reset();
        Assert.True(await Client.ContainsAsync(s_a & (s_b | s_c), 1, Cancel));
        Assert.Equal(3, Channel.Requests);
        Assert.All(Channel.Log, request => Assert.StartsWith("GETBIT", request, StringComparison.Ordinal));
        Assert.False(await Client.ContainsAsync(new YearEvents("a", 2026) - s_a, 1, Cancel));
    }

    [Fact]
    public async Task Thousands_of_questions_are_sent_in_a_few_batches()
    {
        await MarkAllAsync();
        Channel.Reset();
        Questions questions = Client.Ask();
        List<Answer<long>> counts = [];
        for (int day = 0; day < 5_000; day++) counts.Add(questions.CountOf(s_a.Shift(-day) & s_b.Shift(-day)));
        await questions.SendAsync(Cancel);
        Assert.Equal(1, counts.Sum(count => count.Value));
        Assert.InRange(Channel.Batches, 2, 5);
    }

    /// <summary>a = 1, 2; b = 1, 3; c = 1, 2, for the clock's day.</summary>
    private async Task MarkAllAsync()
    {
        foreach (BitmapistClient client in new[] { Client, Client3 })
        {
            await client.MarkAsync("a", [1u, 2u], cancellationToken: Cancel);
            await client.MarkAsync("b", [1u, 3u], cancellationToken: Cancel);
            await client.MarkAsync("c", [1u, 2u], cancellationToken: Cancel);
        }
    }
}

public sealed class BitmapistAsking(BitmapistServer server) : AskingSpec(server), IClassFixture<BitmapistServer>;

public sealed class RedisAsking(RedisServer server) : AskingSpec(server), IClassFixture<RedisServer>
{
    [Fact]
    public async Task A_refusal_names_the_request()
    {
        // Ours has no other type than strings.
        await SendAsync("SET", "bitmapist_a_2026-1-15", "x");
        await SendAsync("LPUSH", "bitmapist_a_2026-1-16", "x");
        var list = new DayEvents("a", 2026, 1, 16);
        var error = await Assert.ThrowsAsync<ServerErrorException>(() => Client.CountAsync(list, Cancel));
        Assert.Equal("WRONGTYPE", error.Code);
        Assert.Contains("BITCOUNT bitmapist_a_2026-1-16", error.Message, StringComparison.Ordinal);
        EventSet both = list.Previous() & list;
        error = await Assert.ThrowsAsync<ServerErrorException>(() => Client.CountAsync(both, Cancel));
        Assert.Equal("WRONGTYPE", error.Code);
    }
}
