using System.Net;
using Bitmapist.Testing.Servers;
using StackExchange.Redis;

namespace Bitmapist.Conformance.Tests.Clients;

/// <summary>
/// StackExchange.Redis 1.2.6 with its default settings: what a C# service with bitmaps asks of its server.
/// </summary>
public abstract class StackExchangeSpec(ITestServer server) : ConformanceSpec(server)
{
    [Fact]
    public async Task Connects_and_pings()
    {
        using ConnectionMultiplexer client = await ConnectAsync();
        Assert.True(client.IsConnected);
        Assert.True(await client.GetDatabase().PingAsync() > TimeSpan.Zero);
        IServer endpoint = client.GetServer(new IPEndPoint(IPAddress.Loopback, Server.Port));
        Assert.Equal(ServerType.Standalone, endpoint.ServerType);
        Assert.False(endpoint.IsSlave);
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
        Assert.True(await database.StringSetAsync("k", value)); // With an expiry it would send SETEX.
        Assert.True(await database.KeyExpireAsync("k", TimeSpan.FromMinutes(10)));
        Assert.Equal(value, (byte[]?)await database.StringGetAsync("k"));
        Assert.InRange((await database.KeyTimeToLiveAsync("k"))!.Value.TotalSeconds, 590, 600);
        Assert.False(await database.StringSetAsync("missing", "v", when: When.Exists));
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

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        await Server.SendAsync("FLUSHALL");
        return await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{Server.Port}");
    }
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistStackExchange(BitmapistServer server)
    : StackExchangeSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisStackExchange(RedisServer server) : StackExchangeSpec(server), IClassFixture<RedisServer>;
