using System.Net;
using Bitmapist.Testing.Servers;
using StackExchange.Redis;

namespace Bitmapist.Conformance.Tests.Clients;

/// <summary>StackExchange.Redis over either protocol: what a C# service with bitmaps asks of its server.</summary>
public abstract class StackExchangeSpec(ITestServer server, RedisProtocol protocol) : ConformanceSpec(server)
{
    [Fact]
    public async Task Connects_and_pings()
    {
        using ConnectionMultiplexer client = await ConnectAsync();
        Assert.True(client.IsConnected);
        Assert.True(await client.GetDatabase().PingAsync() > TimeSpan.Zero);
        IServer endpoint = client.GetServer(new IPEndPoint(IPAddress.Loopback, Server.Port));
        Assert.Equal(ServerType.Standalone, endpoint.ServerType);
        Assert.False(endpoint.IsReplica);
        Assert.Equal(protocol, endpoint.Protocol);
    }

    [Fact]
    public async Task Marks_and_counts()
    {
        using ConnectionMultiplexer client = await ConnectAsync();
        IDatabase database = client.GetDatabase();
        Assert.False(await database.StringSetBitAsync("a", 7, bit: true));
        Assert.True(await database.StringSetBitAsync("a", 7, bit: true));
        Assert.True(await database.StringGetBitAsync("a", 7));
        Assert.False(await database.StringGetBitAsync("a", 8));
        await database.StringSetBitAsync("b", 7, bit: true);
        await database.StringSetBitAsync("b", 100, bit: true);
        Assert.Equal(13, await database.StringBitOperationAsync(Bitwise.And, "both", "a", "b"));
        Assert.Equal(1, await database.StringBitCountAsync("both"));
        Assert.Equal(2, await database.StringBitCountAsync("b"));
        Assert.Equal(1, await database.StringBitCountAsync("b", 1, -1));
        Assert.Equal(7, await database.StringBitPositionAsync("b", bit: true));
        Assert.Equal(1, await database.StringBitOperationAsync(Bitwise.Not, "not", "a"));
        Assert.Equal([0xfe], (byte[]?)await database.StringGetAsync("not"));
        Assert.Equal(13, await database.StringLengthAsync("both"));
    }

    [Fact]
    public async Task Stores_binary_values_with_a_time_to_live()
    {
        using ConnectionMultiplexer client = await ConnectAsync();
        IDatabase database = client.GetDatabase();
        byte[] value = [.. Enumerable.Range(0, 256).Select(number => (byte)number)];
        Assert.True(await database.StringSetAsync("k", value, TimeSpan.FromMinutes(10)));
        Assert.Equal(value, (byte[]?)await database.StringGetAsync("k"));
        Assert.InRange((await database.KeyTimeToLiveAsync("k"))!.Value.TotalSeconds, 590, 600);
        Assert.False(await database.StringSetAsync("missing", "v", when: When.Exists));
        Assert.True(await database.StringSetAsync("new", "v", when: When.NotExists));
        Assert.False(await database.StringSetAsync("new", "w", TimeSpan.FromMinutes(10), when: When.NotExists));
        Assert.Equal("v", (string?)await database.StringSetAndGetAsync("new", "w", TimeSpan.FromMinutes(10)));
        Assert.Equal("w", (string?)await database.StringGetDeleteAsync("new"));
        Assert.True(await database.KeyPersistAsync("k"));
        Assert.Null(await database.KeyTimeToLiveAsync("k"));
        Assert.True(await database.KeyExpireAsync("k", TimeSpan.FromSeconds(100)));
        Assert.True(await database.KeyRenameAsync("k", "l"));
        Assert.False(await database.KeyExistsAsync("k"));
        Assert.Equal(RedisType.String, await database.KeyTypeAsync("l"));
        Assert.True(await database.KeyDeleteAsync("l"));
        Assert.True((await database.StringGetAsync("l")).IsNull);
    }

    [Fact]
    public async Task Works_on_several_keys_and_on_parts_of_strings()
    {
        using ConnectionMultiplexer client = await ConnectAsync();
        IDatabase database = client.GetDatabase();
        Assert.True(await database.StringSetAsync([new("a", "1"), new("b", "hello")]));
        RedisValue[] values = await database.StringGetAsync(["a", "missing", "b"]);
        Assert.Equal(["1", RedisValue.Null, "hello"], values);
        Assert.Equal(5, await database.StringIncrementAsync("a", 4));
        Assert.Equal(5.5, await database.StringIncrementAsync("a", 0.5));
        Assert.Equal(7, await database.StringAppendAsync("b", ", "));
        Assert.Equal(12, (long)await database.StringSetRangeAsync("b", 7, "world"));
        Assert.Equal("world", (string?)await database.StringGetRangeAsync("b", -5, -1));
        Assert.Equal("5.5", (string?)await database.StringGetSetExpiryAsync("a", TimeSpan.FromMinutes(1)));
        Assert.Equal(2, await database.KeyExistsAsync(["a", "b", "missing"]));
        Assert.True(await database.KeyCopyAsync("b", "c"));
        byte[] dump = (await database.KeyDumpAsync("b"))!;
        await database.KeyRestoreAsync("d", dump);
        Assert.Equal("hello, world", (string?)await database.StringGetAsync("d"));
        Assert.Equal(4, await database.KeyDeleteAsync(["a", "b", "c", "d", "missing"]));
    }

    [Fact]
    public async Task Sends_batches()
    {
        using ConnectionMultiplexer client = await ConnectAsync();
        IBatch batch = client.GetDatabase().CreateBatch();
        Task<bool>[] marks = [.. Enumerable.Range(0, 1000).Select(id => batch.StringSetBitAsync("k", id, bit: true))];
        Task<long> count = batch.StringBitCountAsync("k");
        batch.Execute();
        Assert.DoesNotContain(true, await Task.WhenAll(marks));
        Assert.Equal(1000, await count);
    }

    [Fact]
    public async Task Sends_thousands_of_marks_without_waiting()
    {
        using ConnectionMultiplexer client = await ConnectAsync();
        IDatabase database = client.GetDatabase();
        IEnumerable<Task<bool>> marks = Enumerable.Range(0, 10_000)
            .Select(id => database.StringSetBitAsync("k", id * 7, bit: true));
        Assert.DoesNotContain(true, await Task.WhenAll(marks));
        Assert.Equal(10_000, await database.StringBitCountAsync("k"));
    }

    [Fact]
    public async Task Runs_transactions_with_conditions()
    {
        using ConnectionMultiplexer client = await ConnectAsync();
        IDatabase database = client.GetDatabase();
        ITransaction fresh = database.CreateTransaction();
        fresh.AddCondition(Condition.KeyNotExists("k"));
        Task<bool> mark = fresh.StringSetBitAsync("k", 1, bit: true);
        Task<long> count = fresh.StringBitCountAsync("k");
        Assert.True(await fresh.ExecuteAsync());
        Assert.False(await mark);
        Assert.Equal(1, await count);

        ITransaction late = database.CreateTransaction();
        late.AddCondition(Condition.KeyNotExists("k"));
        Task<bool> second = late.StringSetBitAsync("k", 2, bit: true);
        Assert.False(await late.ExecuteAsync());
        await Assert.ThrowsAsync<TaskCanceledException>(() => second);
        Assert.Equal(1, await database.StringBitCountAsync("k"));
    }

    [Fact]
    public async Task Scans_keys_by_pattern()
    {
        using ConnectionMultiplexer client = await ConnectAsync();
        IDatabase database = client.GetDatabase();
        for (int key = 0; key < 100; key++) await database.StringSetBitAsync($"trackist_{key}", 1, bit: true);
        await database.StringSetAsync("other", "v");
        IServer endpoint = client.GetServer(new IPEndPoint(IPAddress.Loopback, Server.Port));
        Assert.Equal(100, endpoint.Keys(pattern: "trackist_*", pageSize: 10).Distinct().Count());
        Assert.Equal(101, await endpoint.DatabaseSizeAsync());
    }

    [Fact]
    public async Task Uses_several_databases()
    {
        using ConnectionMultiplexer client = await ConnectAsync();
        await client.GetDatabase(0).StringSetAsync("k", "zero");
        await client.GetDatabase(3).StringSetAsync("k", "three");
        Assert.Equal("zero", (string?)await client.GetDatabase(0).StringGetAsync("k"));
        Assert.Equal("three", (string?)await client.GetDatabase(3).StringGetAsync("k"));
    }

    [Fact]
    public async Task Reports_errors_as_the_server_words_them()
    {
        using ConnectionMultiplexer client = await ConnectAsync();
        IDatabase database = client.GetDatabase();
        var error = await Assert.ThrowsAsync<RedisServerException>(
            () => database.StringSetBitAsync("k", 4_294_967_296, bit: true));
        Assert.Equal("ERR bit offset is not an integer or out of range", error.Message);
    }

    [Fact]
    public async Task Publishes_and_subscribes()
    {
        using ConnectionMultiplexer client = await ConnectAsync();
        ISubscriber subscriber = client.GetSubscriber();
        ChannelMessageQueue news = await subscriber.SubscribeAsync(RedisChannel.Literal("news"));
        ChannelMessageQueue all = await subscriber.SubscribeAsync(RedisChannel.Pattern("new?"));
        Assert.Equal(2, await subscriber.PublishAsync(RedisChannel.Literal("news"), "hello"));
        Assert.Equal("hello", (string?)(await news.ReadAsync(Cancellation)).Message);
        Assert.Equal("news", (string?)(await all.ReadAsync(Cancellation)).Channel);
        await news.UnsubscribeAsync();
        Assert.Equal(1, await subscriber.PublishAsync(RedisChannel.Literal("news"), "bye"));
        Assert.Equal("bye", (string?)(await all.ReadAsync(Cancellation)).Message);
    }

    [Fact]
    public async Task Is_told_of_changes_to_keys()
    {
        using ConnectionMultiplexer client = await ConnectAsync();
        await Server.SendAsync("CONFIG SET notify-keyspace-events KEA");
        ChannelMessageQueue events = await client.GetSubscriber()
            .SubscribeAsync(RedisChannel.Pattern("__keyspace@0__:trackist_*"));
        IDatabase database = client.GetDatabase();
        await database.StringSetBitAsync("trackist_a", 5, bit: true);
        await database.KeyExpireAsync("trackist_a", TimeSpan.FromMinutes(1));
        await database.KeyDeleteAsync("trackist_a");
        foreach (string expected in (string[])["setbit", "expire", "del"])
            Assert.Equal(expected, (string?)(await events.ReadAsync(Cancellation)).Message);
        await Server.SendAsync("CONFIG SET notify-keyspace-events ''");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        await Server.SendAsync("FLUSHALL");
        return await ConnectionMultiplexer.ConnectAsync(
            $"127.0.0.1:{Server.Port}", options => options.Protocol = protocol);
    }
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistStackExchangeResp2(BitmapistServer server)
    : StackExchangeSpec(server, RedisProtocol.Resp2), IClassFixture<BitmapistServer>;

[Trait("Server", "bitmapist")]
public sealed class BitmapistStackExchangeResp3(BitmapistServer server)
    : StackExchangeSpec(server, RedisProtocol.Resp3), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisStackExchangeResp2(RedisServer server)
    : StackExchangeSpec(server, RedisProtocol.Resp2), IClassFixture<RedisServer>;

[Trait("Server", "redis")]
public sealed class RedisStackExchangeResp3(RedisServer server)
    : StackExchangeSpec(server, RedisProtocol.Resp3), IClassFixture<RedisServer>;
