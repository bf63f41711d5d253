using System.Collections;
using System.Globalization;
using Bitmapist.Resp.Replies;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>Many marks at once, over connections that are cut in the middle of them; ours and redis-server.</summary>
public abstract class BulkTests
{
    private const uint IdsMax = 2_000_000;
    private static readonly BulkSettings s_repeatable = new() { IsRepeatable = true };
    private readonly ITestServer _server;

    protected BulkTests(ITestServer server)
    {
        Prerequisite.Require(server.SkipReason is null, server.SkipReason);
        _server = server;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bulk_marks_every_id_once()
    {
        await using ServerConnection channel = await ConnectAsync(_server.Port);
        (uint[] ids, BitArray model) = RandomIds(200_000, out int seed);
        var progress = new List<long>();
        BulkResult result = await BulkSender.SendAsync(
            channel, ids, Mark("bulk"), s_repeatable with { Progress = progress.Add }, Cancel);
        long distinct = ids.Distinct().LongCount();
        Assert.Equal(new BulkResult(ids.Length, ids.Length, ids.Length - distinct), result);
        await AssertMarkedAsync("bulk", model, seed);
        Assert.Equal(progress.Order(), progress);
        Assert.Equal(ids.Length, progress[^1]);
        Assert.True(progress.Count > 50, $"{progress.Count} batches");
    }

    [Fact]
    public async Task A_bulk_may_come_from_an_asynchronous_sequence_and_have_several_requests_per_item()
    {
        await using ServerConnection channel = await ConnectAsync(_server.Port);
        BulkResult result = await BulkSender.SendAsync(
            channel, CountAsync(10_000), (batch, id) =>
            {
                batch.Begin("SETBIT", 3).Add("async_a").Add(id).Add(1);
                batch.Begin("SETBIT", 3).Add("async_b").Add(id).Add(1);
            }, s_repeatable with { ItemsPerBatch = 333 }, Cancel);
        Assert.Equal(new BulkResult(10_000, 20_000, 0), result);
        Assert.Equal(":10000 :10000", await channel.AskAsync("BITCOUNT async_a", "BITCOUNT async_b"));
        BulkResult none = await BulkSender.SendAsync(
            channel, Array.Empty<uint>(), Mark("none"), s_repeatable, Cancel);
        Assert.Equal(default, none);
    }

    [Fact]
    public async Task A_repeatable_bulk_survives_cuts_on_either_way_and_marks_the_same_as_the_model()
    {
        (uint[] ids, BitArray model) = RandomIds(100_000, out int seed);
        var random = new Random(seed);
        int[] limits = [.. Enumerable.Range(0, 100).Select(_ => random.Next(20_000, 400_000))];
        await using var relay = Relay.Tcp(_server.Port);
        // 4 MB of requests and 400 kB of replies: about ten cuts, in the middle of either.
        relay.CutAfter = number =>
            number % 2 == 0 ? (limits[number] * 4, long.MaxValue) : (long.MaxValue, limits[number] / 4);
        await using ServerConnection channel = await ConnectAsync(relay.Port);
        BulkResult result = await BulkSender.SendAsync(channel, ids, Mark("cut"), s_repeatable, Cancel);
        Assert.Equal((ids.Length, ids.Length), (result.Items, result.Requests));
        await AssertMarkedAsync("cut", model, seed);
        Assert.True(relay.Connections > 3, $"seed {seed}: {relay.Connections} connections");
        Assert.Equal(0, channel.BytesInFlight);
    }

    [Fact]
    public async Task A_bulk_that_may_not_be_repeated_says_how_far_it_came()
    {
        (uint[] ids, _) = RandomIds(100_000, out int seed);
        await using var relay = Relay.Tcp(_server.Port);
        relay.CutAfter = number => number == 1 ? (1_500_000, long.MaxValue) : (long.MaxValue, long.MaxValue);
        await using ServerConnection channel = await ConnectAsync(relay.Port);
        long acknowledged = 0;
        ConnectionLostException loss = await Assert.ThrowsAsync<ConnectionLostException>(async () =>
            await BulkSender.SendAsync(channel, ids, Mark("half"),
                new BulkSettings { Progress = items => acknowledged = items }, Cancel));
        Assert.True(acknowledged > 0, loss.Message);
        string[] words = loss.Message.Split("Of the bulk, the first ")[1].Split(' ');
        Assert.Equal(acknowledged, long.Parse(words[0], NumberStyles.AllowThousands, CultureInfo.InvariantCulture));
        string next = loss.Message.Split("the next ")[1].Split(' ')[0];
        int underWay = int.Parse(next, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

        BitArray marked = await MarkedAsync("half");
        Assert.All(ids.Take((int)acknowledged), id => Assert.True(marked[(int)id], $"seed {seed}: {id}"));
        HashSet<uint> possible = [.. ids.Take((int)acknowledged + underWay)];
        for (int id = 0; id < IdsMax; id++)
            Assert.True(!marked[id] || possible.Contains((uint)id), $"seed {seed}: {id} was never sent");
        // The connection is there again, and the rest may follow.
        BulkResult rest = await BulkSender.SendAsync(
            channel, ids.Skip((int)acknowledged), Mark("half"), new BulkSettings(), Cancel);
        Assert.Equal(ids.Length - acknowledged, rest.Items);
    }

    [Fact]
    public async Task A_refusal_names_the_request_and_how_far_the_bulk_came()
    {
        await using ServerConnection channel = await ConnectAsync(_server.Port);
        ServerErrorException refusal = await Assert.ThrowsAsync<ServerErrorException>(async () =>
            await BulkSender.SendAsync(channel, Enumerable.Range(0, 10_000), (batch, id) =>
                batch.Begin("SETBIT", 3).Add("refused").Add(id == 5_050 ? -1 : id).Add(1),
                new BulkSettings { ItemsPerBatch = 100 }, Cancel));
        Assert.Equal("ERR bit offset is not an integer or out of range", refusal.ServerText);
        Assert.StartsWith("The server refused SETBIT refused. Of the bulk, the first 5,000 items are acknowledged; ",
            refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, channel.BytesInFlight);
    }

    [Fact]
    public async Task Cancelling_a_bulk_leaves_the_connection_usable()
    {
        await using ServerConnection channel = await ConnectAsync(_server.Port);
        using var enough = new CancellationTokenSource();
        var settings = new BulkSettings
        {
            Progress = items =>
            {
                if (items > 20_000) enough.Cancel();
            },
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await BulkSender.SendAsync(
            channel, Endless(), Mark("cancelled"), settings, enough.Token));
        Assert.Equal("$1 a", await channel.AskAsync("ECHO a"));
        Assert.Equal(0, channel.BytesInFlight);
    }

    [Fact]
    public async Task A_source_that_throws_ends_the_bulk()
    {
        await using ServerConnection channel = await ConnectAsync(_server.Port);
        static IEnumerable<uint> Failing()
        {
            for (uint id = 0; id < 10_000; id++) yield return id;
            throw new InvalidDataException("line 10,001");
        }

        await Assert.ThrowsAsync<InvalidDataException>(async () => await BulkSender.SendAsync(
            channel, Failing(), Mark("failing"), s_repeatable, Cancel));
        Assert.Equal(0, channel.BytesInFlight);
    }

    private static Action<RequestBatch, uint> Mark(string key) =>
        (batch, id) => batch.Begin("SETBIT", 3).Add(key).Add(id).Add(1);

    private static (uint[] Ids, BitArray Model) RandomIds(int count, out int seed)
    {
        seed = Environment.TickCount;
        var random = new Random(seed);
        var ids = new uint[count];
        var model = new BitArray((int)IdsMax);
        for (int i = 0; i < count; i++)
        {
            ids[i] = (uint)random.Next((int)IdsMax);
            model[(int)ids[i]] = true;
        }

        return (ids, model);
    }

    private static IEnumerable<uint> Endless()
    {
        for (uint id = 0; ; id = (id + 1) % IdsMax) yield return id;
    }

    private static async IAsyncEnumerable<int> CountAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (i % 1_000 == 0) await Task.Yield();
            yield return i;
        }
    }

    private static ValueTask<ServerConnection> ConnectAsync(int port) => ServerConnection.ConnectAsync(
        new BitmapistOptions
        {
            Host = "127.0.0.1", Port = port, ReconnectDelayMs = 5, ResponseTimeoutMs = 20_000,
        }, Cancel);

    private async Task AssertMarkedAsync(string key, BitArray model, int seed)
    {
        BitArray marked = await MarkedAsync(key);
        for (int id = 0; id < model.Length; id++)
            Assert.True(marked[id] == model[id], $"seed {seed}: id {id} is {(marked[id] ? "" : "not ")}marked");
    }

    private async Task<BitArray> MarkedAsync(string key)
    {
        await using ServerConnection channel = await ConnectAsync(_server.Port);
        IReadOnlyList<Reply> replies = await channel.SendAsync(Batches.Of($"GET {key}"), SendMode.Pipeline, Cancel);
        ReadOnlyMemory<byte> bytes = replies[0].AsBytes();
        var marked = new BitArray((int)IdsMax);
        for (int id = 0; id < Math.Min(marked.Length, bytes.Length * 8); id++)
            marked[id] = (bytes.Span[id >> 3] & (0x80 >> (id & 7))) != 0; // Redis's bit 0 is the most significant one
        return marked;
    }
}

public sealed class BitmapistBulkTests(BitmapistServer server) : BulkTests(server), IClassFixture<BitmapistServer>;

public sealed class RedisBulkTests(RedisServer server) : BulkTests(server), IClassFixture<RedisServer>;
