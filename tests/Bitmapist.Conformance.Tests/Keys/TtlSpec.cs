using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Keys;

/// <summary>redis.io/commands/ttl, /pttl, /expiretime, /pexpiretime and /persist.</summary>
public abstract class TtlSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("SET k v EX 100 | TTL k => :<int 90..100> | PTTL k => :<int 90000..100000>")]
    [InlineData("SET k v PX 100000 | TTL k => :<int 90..100>")]
    [InlineData("SET k v PX 1600 | TTL k => :<int 1..2>")]
    [InlineData("MULTI | SET k v PX 490 | TTL k | EXEC => [+OK, :0]")]
    public Task Tells_the_time_left(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v EXAT {now+100} | EXPIRETIME k => :{now+100} | TTL k => :<int 90..100>")]
    [InlineData("SET k v PXAT {nowms+100000} | PEXPIRETIME k => :{nowms+100000}")]
    [InlineData("SET k v PXAT 9999999999499 | EXPIRETIME k => :9999999999 | PEXPIRETIME k => :9999999999499")]
    [InlineData("SET k v PXAT 9999999999500 | EXPIRETIME k => :10000000000 | PEXPIRETIME k => :9999999999500")]
    [InlineData("SET k v EXAT 9999999999 | EXPIRETIME k => :9999999999 | PEXPIRETIME k => :9999999999000")]
    public Task Tells_when_a_key_expires(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | TTL k => :-1 | PTTL k => :-1 | EXPIRETIME k => :-1 | PEXPIRETIME k => :-1")]
    public Task Minus_1_for_keys_that_stay(string row) => CheckAsync(row);

    [Theory]
    [InlineData("TTL k => :-2 | PTTL k => :-2 | EXPIRETIME k => :-2 | PEXPIRETIME k => :-2")]
    [InlineData("SET k v PXAT 1 | TTL k => :-2 | PTTL k => :-2 | EXPIRETIME k => :-2")]
    public Task Minus_2_for_missing_keys(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v EX 100 | PERSIST k => :1 | TTL k => :-1 | PERSIST k => :0")]
    [InlineData("SET k v | PERSIST k => :0")]
    [InlineData("PERSIST missing => :0")]
    public Task PERSIST_lets_a_key_stay(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v EX 100 | SETBIT k 1 1 | TTL k => :<int 90..100>")]
    [InlineData("SET k v EX 100 | SETBIT k 1000 0 | TTL k => :<int 90..100>")]
    [InlineData("SET k v EX 100 | SETBIT k 1 1 | GET k | BITCOUNT k | TTL k => :<int 90..100>")]
    public Task Commands_that_write_in_place_keep_it(string row) => CheckAsync(row);

    [Theory]
    [InlineData("TTL => -ERR wrong number of arguments for 'ttl' command")]
    [InlineData("TTL a b => -ERR wrong number of arguments for 'ttl' command")]
    [InlineData("PTTL => -ERR wrong number of arguments for 'pttl' command")]
    [InlineData("EXPIRETIME => -ERR wrong number of arguments for 'expiretime' command")]
    [InlineData("EXPIRETIME a b => -ERR wrong number of arguments for 'expiretime' command")]
    [InlineData("PEXPIRETIME => -ERR wrong number of arguments for 'pexpiretime' command")]
    [InlineData("PERSIST => -ERR wrong number of arguments for 'persist' command")]
    [InlineData("PERSIST a b => -ERR wrong number of arguments for 'persist' command")]
    public Task Refuses_a_wrong_number_of_arguments(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistTtl(BitmapistServer server) : TtlSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisTtl(RedisServer server) : TtlSpec(server), IClassFixture<RedisServer>;
