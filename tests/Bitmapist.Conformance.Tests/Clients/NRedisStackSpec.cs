using Bitmapist.Testing.Servers;
using NRedisStack;
using NRedisStack.RedisStackCommands;
using StackExchange.Redis;

namespace Bitmapist.Conformance.Tests.Clients;

/// <summary>NRedisStack asks about strings and bitmaps; what needs a module of Redis is refused.</summary>
public abstract class NRedisStackSpec(ITestServer server) : ConformanceSpec(server)
{
    [Fact]
    public async Task Asks_about_strings_and_bitmaps()
    {
        using ConnectionMultiplexer client = await ConnectAsync();
        IDatabase database = client.GetDatabase();
        Assert.True(await database.StringSetAsync("k", "value", TimeSpan.FromMinutes(1)));
        Assert.Equal("value", (string?)await database.StringGetAsync("k"));
        Assert.False(await database.StringSetBitAsync("a", 7, bit: true));
        Assert.False(await database.StringSetBitAsync("b", 7, bit: true));
        Assert.Equal(1, await database.StringBitOperationAsync(Bitwise.And, "both", "a", "b"));
        Assert.Equal(1, await database.StringBitCountAsync("both"));
    }

    [Fact]
    public async Task Sends_transactions_and_pipelines()
    {
        using ConnectionMultiplexer client = await ConnectAsync();
        IDatabase database = client.GetDatabase();
        var pipeline = new Pipeline(database);
        Task<bool> mark = pipeline.Db.StringSetBitAsync("k", 1, bit: true);
        Task<long> count = pipeline.Db.StringBitCountAsync("k");
        pipeline.Execute();
        Assert.False(await mark);
        Assert.Equal(1, await count);
        var transaction = new Transaction(database);
        Task<bool> again = transaction.Db.StringSetBitAsync("k", 1, bit: true);
        Assert.True(await transaction.ExecuteAsync());
        Assert.True(await again);
    }

    [Fact]
    public async Task Module_commands_are_unknown()
    {
        using ConnectionMultiplexer client = await ConnectAsync();
        IDatabase database = client.GetDatabase();
        RedisServerException bloom = await Assert.ThrowsAsync<RedisServerException>(
            () => database.BF().AddAsync("filter", "item"));
        Assert.Equal("ERR unknown command 'BF.ADD', with args beginning with: 'filter' 'item' ", bloom.Message);
        RedisServerException json = await Assert.ThrowsAsync<RedisServerException>(
            () => database.JSON().SetAsync("doc", "$", "{}"));
        Assert.Equal("ERR unknown command 'JSON.SET', with args beginning with: 'doc' '$' '{}' ", json.Message);
    }

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        await Server.SendAsync("FLUSHALL");
        return await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{Server.Port}");
    }
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistNRedisStackClient(BitmapistServer server)
    : NRedisStackSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisNRedisStackClient(RedisServer server) : NRedisStackSpec(server), IClassFixture<RedisServer>;
