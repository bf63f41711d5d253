using Bitmapist.Client.Cohorts;
using Bitmapist.Client.Events;
using Bitmapist.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace Bitmapist.Client.Tests;

/// <summary>The client as its users have it: over its own connection, by connection string and by injection.</summary>
public abstract class EndToEndSpec(ITestServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Marks_questions_and_tables_work_over_one_shared_connection()
    {
        Prerequisite.Require(server.SkipReason is null, server.SkipReason);
        var services = new ServiceCollection();
        // The time is long because the suites beside this one share its processors.
        services.AddBitmapist($"redis://127.0.0.1:{server.Port}/0?prefix=end_&layout=bitmapist4&hourly=true"
            + "&responseTimeoutMs=60000");
        await using ServiceProvider provider = services.BuildServiceProvider();
        var bitmapist = provider.GetRequiredService<BitmapistClient>();
        uint[] ids = [.. Enumerable.Range(0, 100_000).Select(i => (uint)(i * 3))];
        Assert.Equal(ids.Length, await bitmapist.MarkAsync("active", ids, cancellationToken: Cancel));
        Assert.Equal(ids.Length, await bitmapist.CountAsync(HourEvents.From("active", bitmapist.Now), Cancel));

        // Many callers at once, each with its own answer.
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            uint id = (uint)(1_000_000 + i);
            await bitmapist.MarkAsync($"own{i}", id, cancellationToken: Cancel);
            DayEvents own = DayEvents.From($"own{i}", bitmapist.Now);
            Assert.True(await bitmapist.ContainsAsync(own, id, Cancel));
            Assert.Equal(1, await bitmapist.CountAsync(own - DayEvents.From("active", bitmapist.Now), Cancel));
            Assert.Equal(0, await bitmapist.CountAsync(own & DayEvents.From("active", bitmapist.Now), Cancel));
        }));

        var read = new List<uint>();
        await foreach (uint id in bitmapist.IdsAsync(DayEvents.From("active", bitmapist.Now), Cancel)) read.Add(id);
        Assert.Equal(ids, read);
        CohortTable table = await bitmapist.CohortAsync(
            new CohortQuery { First = "active", Return = "own7" }, Cancel);
        Assert.Equal((ids.Length, 0L), (table.Rows[^1].Size, table.Rows[^1].Cells[0].Count));
        Assert.Equal(201, (await bitmapist.EventNamesAsync(cancellationToken: Cancel)).Count);
        Assert.True(await bitmapist.DeleteAllEventsAsync(Cancel) > 800);
    }

    [Fact]
    public async Task Layout_and_tracking_come_from_the_connection_string()
    {
        Prerequisite.Require(server.SkipReason is null, server.SkipReason);
        await using BitmapistClient bitmapist =
            await BitmapistClient.ConnectAsync($"127.0.0.1:{server.Port}?layout=bitmapist3", Cancel);
        await bitmapist.MarkAsync("active", 1, cancellationToken: Cancel);
        Assert.Equal("trackist_active_u", bitmapist.KeyOf(new UniqueEvents("active")));
        Assert.False(await bitmapist.AnyAsync(new UniqueEvents("active"), Cancel));
        await bitmapist.DeleteAllEventsAsync(Cancel);
        await Assert.ThrowsAsync<FormatException>(
            async () => await BitmapistClient.ConnectAsync($"127.0.0.1:{server.Port}?layout=bitmapist5", Cancel));
    }
}

public sealed class BitmapistEndToEnd(BitmapistServer server) : EndToEndSpec(server), IClassFixture<BitmapistServer>;

public sealed class RedisEndToEnd(RedisServer server) : EndToEndSpec(server), IClassFixture<RedisServer>;
