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

    /// <summary>The largest id marked; what it costs is the server's matter.</summary>
    protected abstract uint LastId { get; }

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

    /// <summary>Where ids are, as bytes of the key: the least and the most a window skips or reads on over.</summary>
    public static readonly TheoryData<string, long[], int, long> Stretches = new()
    {
        // what, bytes with an id, round trips, bytes received at most
        { "one id at the beginning", [0], 1, 200 },
        { "one id far out", [20_000_000], 2, Window + 400 },
        { "lone ids far apart", [0, 1_000_000, 2_000_000, 4_000_000, 8_000_000], 5, Window + (4 * Small) + 1_000 },
        { "a gap that is read over", [0, Window + Window - 1], 2, (2 * Window) + 400 },
        { "a gap just long enough to skip", [0, Window + Window], 2, Window + Small + 400 },
        { "a lone id, and a cluster behind it", [0, 4 * Window, (4 * Window) + 5_000, 5 * Window], 3,
            (2 * Window) + Small + 600 },
        { "the last byte of a window", [Window - 1, Window, (2 * Window) - 1], 2, (2 * Window) + 400 },
    };

    private const long Window = IdStream.WindowBytes;
    private const long Small = IdStream.SmallWindowBytes;

    [Theory]
    [MemberData(nameof(Stretches))]
    public async Task Empty_stretches_are_not_read(string what, long[] bytes, int roundTrips, long receivedMax)
    {
        uint[] ids = [.. bytes.Select(index => (uint)((index * 8) + 5))];
        await Client.MarkUniqueAsync("all", ids, Cancel);
        Channel.Reset();
        Assert.Equal(ids, await IdsOf(s_all));
        Assert.True(Channel.Batches == roundTrips && Channel.ReceivedBytes <= receivedMax,
            $"{what}: {Channel.Batches} round trips, {Channel.ReceivedBytes:N0} bytes");
    }

    [Fact]
    public async Task Six_ids_cost_six_ids_wherever_they_are()
    {
        uint[] ids = [5, 1_000, 1_000_000, LastId / 16, LastId / 2, LastId];
        await Client.MarkUniqueAsync("all", ids, Cancel);
        Channel.Reset();
        Assert.Equal(ids, await IdsOf(s_all));
        Assert.Equal(4, Channel.Batches);
        Assert.InRange(Channel.ReceivedBytes, Window, Window + (3 * Small));
    }

    [Fact]
    public async Task Dense_sets_cost_their_bytes_and_no_more_round_trips()
    {
        var random = new Random(11);
        uint[] ids = [.. Enumerable.Range(0, 8_000_000).Where(_ => random.Next(20) == 0).Select(id => (uint)id)];
        await Client.MarkUniqueAsync("all", ids, Cancel);
        Channel.Reset();
        Assert.Equal(ids, await IdsOf(s_all));
        Assert.Equal(4, Channel.Batches); // 1,000,000 bytes
        Assert.InRange(Channel.ReceivedBytes, 999_000, 1_000_400);
    }

    [Fact]
    public async Task Any_set_costs_at_most_one_round_trip_more_than_its_bytes_and_than_its_ids()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int round = 0; round < 12; round++)
        {
            var set = new UniqueEvents($"set{round}");
            var ids = new SortedSet<uint>();
            for (long at = random.Next(3_000_000); at < 60_000_000; at += Step(random)) ids.Add((uint)at);
            await Client.MarkUniqueAsync(set.Name, ids, Cancel);
            Channel.Reset();
            Assert.Equal(ids, await IdsOf(set));
            long bytes = (ids.Max / 8) + 1;
            long tripsMax = Math.Min(ids.Count, (bytes + Window - 1) / Window) + 1;
            Assert.True(Channel.Batches <= tripsMax, $"seed {seed}, round {round}: {Channel.Batches} > {tripsMax}");
        }

        // Clusters and lone ids, near and far.
        static int Step(Random random) => random.Next(4) switch
        {
            0 => random.Next(1, 50), 1 => random.Next(1, 40_000), 2 => random.Next(1, 3_000_000),
            _ => random.Next(2_000_000, 6_000_000),
        };
    }

    [Theory]
    [InlineData("BITPOS")]
    [InlineData("GETRANGE")]
    public async Task Servers_that_lack_a_command_do_without(string command)
    {
        List<uint> ids = await MarkWideAsync();
        foreach (KeyLayout layout in Enum.GetValues<KeyLayout>())
        {
            SocketChannel channel = layout == KeyLayout.Bitmapist3 ? Channel3 : Channel;
            var client = new BitmapistClient(new RefusingChannel(channel, command), ClientSettings.Of(layout));
            Assert.Equal(ids, await ListAsync(client.IdsAsync(s_all, Cancel)));
            Assert.Equal(ids, await ListAsync(client.IdsAsync(s_all | s_some, Cancel)));
            Assert.Empty(await ListAsync(client.IdsAsync(s_some, Cancel)));
        }
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
    protected override uint LastId => uint.MaxValue;

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

public sealed class RedisIdStreaming(RedisServer server) : IdStreamSpec(server), IClassFixture<RedisServer>
{
    protected override uint LastId => (1u << 30) - 1; // 128 MB; 512 for the last id there can be
}
