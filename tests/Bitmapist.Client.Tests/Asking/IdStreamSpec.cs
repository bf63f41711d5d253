using Bitmapist.Client.Asking;
using Bitmapist.Client.Events;
using Bitmapist.Client.Tests.Servers;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Asking;

/// <summary>Ids of sets that are larger than one window.</summary>
public abstract class IdStreamSpec(ITestServer server) : ClientSpec(server)
{
    private static readonly UniqueEvents s_all = new("all");
    private static readonly UniqueEvents s_some = new("some");

    [Fact]
    public async Task Ids_stream_in_windows()
    {
        List<uint> ids = await MarkWideAsync();
        Assert.Equal(ids, await IdsOf(s_all));
        bool hasRanges = (await SendAsync("GETRANGE", "none", "0", "1")) == "$0";
        if (hasRanges) Assert.InRange(Channel.LongestReplyBytes, 1, IdStream.WindowBytes);
        Assert.Equal(ids, (await Client.BitmapAsync(s_all, Cancel)).ToList());
    }

    [Fact]
    public async Task A_result_that_vanishes_while_it_is_read_is_made_anew()
    {
        List<uint> ids = await MarkWideAsync();
        await Client.MarkUniqueAsync("some", ids.Where(id => id % 3 == 0), Cancel);
        await Client3.MarkUniqueAsync("some", ids.Where(id => id % 3 == 0), Cancel);
        uint[] expected = [.. ids.Where(id => id % 3 == 0)];
        foreach (BitmapistClient client in new[] { Client, Client3 })
        {
            var read = new List<uint>();
            await foreach (uint id in client.IdsAsync(s_all & s_some, Cancel))
            {
                if (read.Count % 1_000 == 0) await Server.SendAsync($"DEL {client.KeyOf(s_all & s_some)}");
                read.Add(id);
            }

            Assert.Equal(expected, read);
        }
    }

    [Fact]
    public async Task A_reader_may_leave_early_or_be_cancelled()
    {
        await MarkWideAsync();
        await foreach (uint id in Client.IdsAsync(s_all, Cancel))
        {
            if (id > 100) break;
        }

        using var source = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (uint id in Client.IdsAsync(s_all, source.Token)) await source.CancelAsync();
        });
        Assert.True(await Client.AnyAsync(s_all, Cancel));
    }

    [Fact]
    public async Task Nothing_marked_is_no_ids()
    {
        Assert.Empty(await IdsOf(s_all));
        Assert.Empty(await IdsOf(s_all & s_some));
        Assert.Empty(await Client.BitmapAsync(s_all, Cancel));
    }

    /// <summary>Marks ids over five windows, thin and thick, up to the very end of the last byte.</summary>
    private async Task<List<uint>> MarkWideAsync()
    {
        var ids = new SortedSet<uint>();
        var random = new Random(5);
        const int BitsMax = 5 * IdStream.WindowBytes * 8;
        for (int i = 0; i < 5_000; i++) ids.Add((uint)random.Next(BitsMax));
        for (uint id = 3 * IdStream.WindowBytes * 8 - 500; id < 3 * IdStream.WindowBytes * 8 + 500; id++) ids.Add(id);
        ids.Add(0);
        ids.Add(BitsMax - 1);
        Assert.Equal(ids.Count, await Client.MarkUniqueAsync("all", ids, Cancel));
        await Client3.MarkUniqueAsync("all", ids, Cancel);
        return [.. ids];
    }
}

public sealed class BitmapistIdStreaming(BitmapistServer server) : IdStreamSpec(server), IClassFixture<BitmapistServer>
{
    [Fact]
    public async Task The_last_id_there_can_be_is_found()
    {
        // Redis would keep 512 MB for it.
        var all = new UniqueEvents("all");
        await Client.MarkUniqueAsync("all", uint.MaxValue, Cancel);
        Assert.True(await Client.ContainsAsync(all, uint.MaxValue, Cancel));
        Assert.Equal(1, await Client.CountAsync(all, Cancel));
    }
}

public sealed class RedisIdStreaming(RedisServer server) : IdStreamSpec(server), IClassFixture<RedisServer>;
