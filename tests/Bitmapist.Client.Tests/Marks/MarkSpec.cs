using Bitmapist.Client.Events;
using Bitmapist.Client.Keys;
using Bitmapist.Client.Marks;
using Bitmapist.Client.Tests.Servers;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Marks;

public abstract class MarkSpec(ITestServer server) : ClientSpec(server)
{
    [Fact]
    public async Task A_mark_goes_to_month_week_day_and_what_is_tracked()
    {
        await Client3.MarkAsync("active", 123, cancellationToken: Cancel);
        Assert.Equal(["trackist_active_2026-1", "trackist_active_2026-1-15", "trackist_active_W2026-3"],
            await KeysAsync());
        await Client3.MarkAsync("active", 123, trackHourly: true, trackUnique: true, cancellationToken: Cancel);
        Assert.Equal(
        [
            "trackist_active_2026-1", "trackist_active_2026-1-15", "trackist_active_2026-1-15-12",
            "trackist_active_W2026-3", "trackist_active_u",
        ], await KeysAsync());
        Assert.Equal(1, Channel3.Batches - 1);
    }

    [Fact]
    public async Task In_bitmapist4_flags_are_tracked_unless_told_otherwise()
    {
        await Client.MarkAsync("premium", 1, cancellationToken: Cancel);
        await Client.MarkAsync("other", 1, trackUnique: false, cancellationToken: Cancel);
        Assert.True(await Client.ContainsAsync(new UniqueEvents("premium"), 1, Cancel));
        Assert.False(await Client.AnyAsync(new UniqueEvents("other"), Cancel));
    }

    [Fact]
    public async Task The_order_of_a_marks_requests_is_that_of_the_Python_libraries()
    {
        await Client.MarkAsync(
            "active", 9, new DateTimeOffset(2018, 12, 31, 23, 0, 0, TimeSpan.Zero), trackHourly: true,
            cancellationToken: Cancel);
        Assert.Equal(
        [
            "SETBIT bitmapist_active_2018-12 9 1", "SETBIT bitmapist_active_W2019-1 9 1",
            "SETBIT bitmapist_active_2018-12-31 9 1", "SETBIT bitmapist_active_2018-12-31-23 9 1",
            "SETBIT bitmapist_active_u 9 1",
        ], Channel.Log);
    }

    [Fact]
    public async Task Unmarking_takes_a_mark_back()
    {
        await Client.MarkAsync("active", 125, cancellationToken: Cancel);
        await Client.UnmarkAsync("active", 125, cancellationToken: Cancel);
        Assert.False(await Client.AnyAsync(MonthEvents.From("active", Noon), Cancel));
        Assert.False(await Client.AnyAsync(new UniqueEvents("active"), Cancel));
        await Client.MarkUniqueAsync("premium", 1, Cancel);
        await Client.UnmarkUniqueAsync("premium", 1, Cancel);
        Assert.False(await Client.ContainsAsync(BitmapistClient.GetAttribute("premium"), 1, Cancel));
    }

    [Fact]
    public async Task Many_ids_stream_in_pipelines()
    {
        uint[] ids = [.. Enumerable.Range(0, 20_000).Select(i => (uint)(i * 7))];
        Assert.Equal(20_000, await Client.MarkAsync("bulk", Slowly(ids), cancellationToken: Cancel));
        Assert.InRange(Channel.Batches, 2, 100);
        Assert.Equal(ids, await IdsOf(DayEvents.From("bulk", Noon)));
        Assert.Equal(20_000, await Client.CountAsync(new UniqueEvents("bulk"), Cancel));
        Assert.Equal(19_999, await Client.UnmarkAsync("bulk", ids.Skip(1), cancellationToken: Cancel));
        Assert.Equal([0u], await IdsOf(MonthEvents.From("bulk", Noon)));
        Assert.Equal(3, await Client.MarkUniqueAsync("flag", Slowly([1, 2, 3]), Cancel));
        Assert.Equal(2, await Client.UnmarkUniqueAsync("flag", [1u, 2u], Cancel));
        Assert.Equal([3u], await IdsOf(new UniqueEvents("flag")));
        Assert.Equal(0, await Client.MarkAsync("bulk", Array.Empty<uint>(), cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_transaction_sends_everything_or_nothing()
    {
        await using (MarkTransaction dropped = Client.BeginTransaction())
            dropped.Mark("active", 1).MarkUnique("premium", 1);
        Assert.Equal(0, Channel.Batches);
        await using MarkTransaction transaction = Client.BeginTransaction();
        transaction.Mark("active", 1).Mark("song:played", 1).MarkUnique("premium", 2).UnmarkUnique("premium", 3);
        transaction.Unmark("left", 1);
        Assert.Equal(5, transaction.Count);
        Assert.Equal(0, Channel.Batches);
        await transaction.CommitAsync(Cancel);
        Assert.Equal(1, Channel.Batches);
        Assert.True(await Client.ContainsAsync(DayEvents.From("song:played", Noon), 1, Cancel));
        Assert.Equal([2u], await IdsOf(new UniqueEvents("premium")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => transaction.CommitAsync(Cancel));
        Assert.Throws<InvalidOperationException>(() => transaction.Mark("active", 1));
    }

    [Fact]
    public async Task Event_names_are_read_from_keys()
    {
        foreach (string name in new[] { "foo", "bar", "baz", "spam", "egg", "song:played", "with_score" })
            await Client.MarkAsync(name, 1, cancellationToken: Cancel);
        await Client3.MarkAsync("elsewhere", 1, cancellationToken: Cancel);
        await Client.CountAsync(DayEvents.From("foo", Noon) & DayEvents.From("bar", Noon), Cancel);
        Assert.Equal(["bar", "baz", "egg", "foo", "song:played", "spam", "with_score"],
            await Client.EventNamesAsync(cancellationToken: Cancel));
        Assert.Equal(["bar", "baz"], await Client.EventNamesAsync("b", Cancel));
        Assert.Equal(["elsewhere"], await Client3.EventNamesAsync(cancellationToken: Cancel));
    }

    [Fact]
    public async Task Events_that_are_named_like_results_are_hidden_and_deleted_like_them()
    {
        await Client.MarkAsync("bitop_x", 1, cancellationToken: Cancel);
        await Client.MarkAsync("bitopx", 1, cancellationToken: Cancel);
        Assert.Equal(1, await Client.CountAsync(DayEvents.From("bitop_x", Noon), Cancel));
        Assert.Equal(["bitopx"], await Client.EventNamesAsync(cancellationToken: Cancel));
        Assert.Equal(4, await Client.DeleteTemporaryKeysAsync(Cancel));
        Assert.Equal(0, await Client.CountAsync(DayEvents.From("bitop_x", Noon), Cancel));
        Assert.Equal(1, await Client.CountAsync(DayEvents.From("bitopx", Noon), Cancel));
    }

    [Fact]
    public async Task Signs_of_patterns_in_names_mean_themselves()
    {
        await Client.MarkUniqueAsync("a*", 1, Cancel);
        await Client.MarkUniqueAsync("ab", 1, Cancel);
        await Client.MarkUniqueAsync("[x]?\\", 1, Cancel);
        Assert.Equal(["a*"], await Client.EventNamesAsync("a*", Cancel));
        Assert.Equal(["[x]?\\"], await Client.EventNamesAsync("[x]?\\", Cancel));
        Assert.Equal("\\[x\\]\\?\\\\*", KeyPattern.BeginningWith("[x]?\\"));
    }

    [Fact]
    public async Task Events_results_or_everything_can_be_deleted()
    {
        await Client.MarkAsync("a", 1, cancellationToken: Cancel);
        await Client.MarkAsync("b", 1, cancellationToken: Cancel);
        await Client3.MarkAsync("a", 1, cancellationToken: Cancel);
        EventSet both = DayEvents.From("a", Noon) & DayEvents.From("b", Noon);
        Assert.Equal(1, await Client.CountAsync(both, Cancel));
        Assert.True(await Client.DeleteAsync(both, Cancel));
        Assert.False(await Client.DeleteAsync(both, Cancel));
        Assert.Equal(1, await Client.CountAsync(both | new YearEvents("a", 2026), Cancel));
        Assert.Equal(3, await Client.DeleteTemporaryKeysAsync(Cancel));
        Assert.Equal(1, await Client.CountAsync(both, Cancel));
        Assert.True(await Client.DeleteAsync(DayEvents.From("a", Noon), Cancel));
        Assert.Equal(0, await Client.CountAsync(both, Cancel));
        Assert.True(await Client.AnyAsync(MonthEvents.From("a", Noon), Cancel));
        Assert.True(await Client.DeleteAllEventsAsync(Cancel) > 0);
        Assert.Equal(3, (await KeysAsync()).Count); // those of the other prefix
        Assert.Equal(0, await Client.DeleteAllEventsAsync(Cancel));
    }

    [Theory]
    [InlineData(KeyLayout.Bitmapist3)]
    [InlineData(KeyLayout.Bitmapist4)]
    public async Task Without_a_prefix_not_everything_can_be_deleted(KeyLayout layout)
    {
        await SendAsync("SET", "of_another_program", "1");
        (BitmapistClient client, SocketChannel channel) =
            await ConnectAsync(ClientSettings.Of(layout) with { KeyPrefix = "" });
        await client.MarkAsync("a", 1, trackUnique: true, cancellationToken: Cancel);
        Assert.Equal(1, await client.CountAsync(DayEvents.From("a", Noon) & new UniqueEvents("a"), Cancel));
        List<string> keys = await KeysAsync();
        Assert.Equal(6, keys.Count);
        channel.Reset();
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            () => client.DeleteAllEventsAsync(Cancel));
        Assert.Contains(nameof(BitmapistOptions.KeyPrefix), refusal.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(BitmapistClient.DeleteAsync), refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, channel.Requests);
        Assert.Equal(keys, await KeysAsync());
        Assert.Equal(1, await client.DeleteTemporaryKeysAsync(Cancel));
        Assert.True(await client.DeleteAsync(DayEvents.From("a", Noon), Cancel));
        Assert.Contains("of_another_program", await KeysAsync());
    }

    private static async IAsyncEnumerable<uint> Slowly(uint[] ids)
    {
        foreach (uint id in ids)
        {
            if (id % 1_000 == 0) await Task.Yield();
            yield return id;
        }
    }
}

public sealed class BitmapistMark(BitmapistServer server) : MarkSpec(server), IClassFixture<BitmapistServer>;

public sealed class RedisMark(RedisServer server) : MarkSpec(server), IClassFixture<RedisServer>
{
    [Fact]
    public async Task A_refused_bulk_mark_says_so()
    {
        await SendAsync("LPUSH", "bitmapist_bulk_u", "x"); // Ours has no other type than strings.
        IEnumerable<uint> ids = Enumerable.Range(0, 50_000).Select(i => (uint)i);
        var error = await Assert.ThrowsAsync<ServerErrorException>(
            () => Client.MarkUniqueAsync("bulk", ids, Cancel));
        Assert.Equal("WRONGTYPE", error.Code);
    }
}
