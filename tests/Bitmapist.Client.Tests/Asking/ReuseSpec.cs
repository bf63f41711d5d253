using Bitmapist.Client.Asking;
using Bitmapist.Client.Cohorts;
using Bitmapist.Client.Events;
using Bitmapist.Client.Tests.Servers;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Asking;

/// <summary>What is kept between questions, and what becomes of it when something goes wrong.</summary>
public abstract class ReuseSpec(ITestServer server) : ClientSpec(server)
{
    private static readonly DayEvents s_a = new("a", 2026, 1, 15); // the clock's day: in progress
    private static readonly DayEvents s_b = new("b", 2026, 1, 15);
    private static readonly DayEvents s_c = new("c", 2026, 1, 15);

    [Fact]
    public async Task Membership_asked_beside_a_result_that_vanished_is_right()
    {
        await MarkAsync(Client);
        await Client.CountAsync(s_a & s_b, Cancel);
        await SendAsync("DEL", Client.KeyOf(s_a & s_b));
        Questions questions = Client.Ask();
        Answer<long> count = questions.CountOf(s_a & s_b);
        Answer<bool> contains = questions.Contains(s_a & s_b, 1);
        await questions.SendAsync(Cancel);
        Assert.Equal((1L, true), (count.Value, contains.Value));
    }

    [Fact]
    public async Task A_result_of_periods_that_are_over_is_not_made_of_one_from_when_they_were_not()
    {
        await MarkAsync(Client);
        Clock.Now = new DateTimeOffset(2026, 1, 15, 23, 59, 30, TimeSpan.Zero);
        EventSet inner = s_b | s_c;
        Assert.Equal(3, await Client.CountAsync(inner, Cancel));
        await SendAsync("SETBIT", Client.KeyOf(s_b), "50", "1"); // someone else's mark
        await SendAsync("SETBIT", Client.KeyOf(s_a), "50", "1");
        Clock.Now += TimeSpan.FromSeconds(40);
        Assert.Equal(3, await Client.CountAsync(s_a & inner, Cancel));
    }

    [Fact]
    public async Task A_result_is_used_no_longer_than_those_it_was_made_of()
    {
        await MarkAsync(Client);
        Clock.Now += TimeSpan.FromDays(2);
        EventSet inner = s_b | s_c;
        Assert.Equal(3, await Client.CountAsync(inner, Cancel));
        Clock.Now += TimeSpan.FromHours(23);
        Assert.Equal(2, await Client.CountAsync(s_a & inner, Cancel));
        await SendAsync("SETBIT", Client.KeyOf(s_b), "50", "1");
        await SendAsync("SETBIT", Client.KeyOf(s_a), "50", "1");
        Clock.Now += TimeSpan.FromHours(2);
        Assert.Equal(3, await Client.CountAsync(s_a & inner, Cancel));
    }

    [Fact]
    public async Task In_bitmapist_3_results_whose_deletion_failed_are_deleted_the_next_time()
    {
        await MarkAsync(Client3);
        await Client3.CountAsync(s_a & s_b, Cancel);
        FailDeletes();
        await Assert.ThrowsAsync<ConnectionLostException>(() => Client3.DeleteRuntimeKeysAsync(Cancel));
        await Assert.ThrowsAsync<ConnectionLostException>(() => Client3.DeleteAsync(s_a & s_b, Cancel));
        Channel3.BeforeBatch = null;
        Assert.Equal(1, await Client3.DeleteRuntimeKeysAsync(Cancel));
    }

    [Fact]
    public async Task In_bitmapist_3_a_table_is_given_even_if_its_results_could_not_be_deleted()
    {
        await MarkAsync(Client3);
        FailDeletes();
        CohortTable table = await Client3.CohortAsync(s_a, s_b, 1, cancellationToken: Cancel);
        Assert.Equal(1, table.Rows[0].Cells[0].Count);
        Channel3.BeforeBatch = null;
        Assert.Equal(1, await Client3.DeleteRuntimeKeysAsync(Cancel));
    }

    [Fact]
    public async Task After_a_delete_that_failed_but_took_effect_answers_are_right()
    {
        await MarkAsync(Client);
        Assert.Equal(1, await Client.CountAsync(s_a & s_b, Cancel));
        Channel.BeforeBatch = async _ =>
        {
            if (!Channel.Log[^1].StartsWith("DEL", StringComparison.Ordinal)) return;
            await Server.SendAsync($"DEL {Client.KeyOf(s_a)}");
            throw new ConnectionLostException("cut off by the test");
        };
        await Assert.ThrowsAsync<ConnectionLostException>(() => Client.DeleteAsync(s_a, Cancel));
        Channel.BeforeBatch = null;
        Assert.Equal(0, await Client.CountAsync(s_a & s_b, Cancel));
    }

    [Fact]
    public async Task A_stream_of_ids_makes_its_result_once_while_this_client_marks()
    {
        uint[] ids = [1, 3_000_000, 6_000_000]; // three windows
        foreach (uint id in ids) await Client.MarkUniqueAsync("p", id, Cancel);
        EventSet set = new UniqueEvents("p") | new UniqueEvents("q");
        Channel.Reset();
        var found = new List<uint>();
        await foreach (uint id in Client.IdsAsync(set, Cancel))
        {
            found.Add(id);
            await Client.MarkUniqueAsync("p", id, Cancel);
        }

        Assert.Equal(ids, found);
        Assert.Single(Channel.Log, request => request.StartsWith("BITOP", StringComparison.Ordinal));
    }

    private void FailDeletes() => Channel3.BeforeBatch = _ =>
        Channel3.Log[^1].StartsWith("DEL", StringComparison.Ordinal)
            ? throw new ConnectionLostException("cut off by the test") : Task.CompletedTask;

    /// <summary>a = 1, 2; b = 1, 3; c = 1, 2, for the clock's day.</summary>
    private static async Task MarkAsync(BitmapistClient client)
    {
        await client.MarkAsync("a", [1u, 2u], cancellationToken: Cancel);
        await client.MarkAsync("b", [1u, 3u], cancellationToken: Cancel);
        await client.MarkAsync("c", [1u, 2u], cancellationToken: Cancel);
    }
}

public sealed class BitmapistReuse(BitmapistServer server) : ReuseSpec(server), IClassFixture<BitmapistServer>;

public sealed class RedisReuse(RedisServer server) : ReuseSpec(server), IClassFixture<RedisServer>;
