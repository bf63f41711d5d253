using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Keys;

/// <summary>redis.io/commands/swapdb: two databases change places.</summary>
public abstract class SwapSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("SET k v | SETBIT b 100000 1 | SWAPDB 0 1 => +OK | EXISTS k b => :0 | DBSIZE => :0 | SELECT 1"
        + " | GET k => 'v' | BITCOUNT b => :1 | DBSIZE => :2")]
    [InlineData("SET k 0 | SELECT 1 | SET k 1 | SELECT 2 | SET k 2 | SWAPDB 0 1 => +OK | SWAPDB 1 2 => +OK"
        + " | MGET k => ['0'] | SELECT 0 | GET k => '1' | SELECT 1 | GET k => '2'")]
    [InlineData("SET k v EX 100 | @1 SWAPDB 0 3 => +OK | GET k => $nil | SELECT 3 | TTL k => :<int 99..100>"
        + " | KEYS * => ['k'] | SWAPDB 3 0 => +OK | RANDOMKEY => $nil")]
    [InlineData("SWAPDB 0 0 => +OK | SET k v | SWAPDB 0 0 => +OK | GET k => 'v'")]
    [InlineData("MULTI | SET k v | SWAPDB 0 1 | EXISTS k | SELECT 1 | GET k | SWAPDB 1 0 | EXISTS k"
        + " | EXEC => [+OK, +OK, :0, +OK, 'v', +OK, :0]")]
    [InlineData("SET k v | SWAPDB 0 1 | SET k w | SWAPDB 0 1 | FLUSHDB | SELECT 1 | GET k => 'w'")]
    [InlineData("SELECT 1 | SET k v PX 20 | SWAPDB 0 1 | {sleep 40} | SELECT 0 | GET k => $nil | DBSIZE => :0")]
    [InlineData("SET k v | SWAPDB 0 1 | COPY k j => :0 | SELECT 1 | COPY k k DB 0 => :1 | MOVE k 2 => :1"
        + " | RENAME k x => -ERR no such key | SELECT 0 | GET k => 'v'")]
    public Task Each_database_gets_the_keys_of_the_other(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SWAPDB 0 16 => -ERR DB index is out of range | SWAPDB 16 0 => -ERR DB index is out of range"
        + " | SWAPDB -1 0 => -ERR DB index is out of range | SWAPDB 0 -1 => -ERR DB index is out of range")]
    [InlineData("SWAPDB x 0 => -ERR invalid first DB index | SWAPDB 0 x => -ERR invalid second DB index"
        + " | SWAPDB 99999999999 0 => -ERR invalid first DB index"
        + " | SWAPDB 0 99999999999 => -ERR invalid second DB index"
        + " | SWAPDB 16 x => -ERR invalid second DB index")]
    [InlineData("SWAPDB 0 => -ERR wrong number of arguments for 'swapdb' command"
        + " | SWAPDB => -ERR wrong number of arguments for 'swapdb' command"
        + " | SWAPDB 0 1 2 => -ERR wrong number of arguments for 'swapdb' command")]
    public Task Refuses_a_database_that_is_none(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | WATCH k | @1 SWAPDB 0 1 => +OK | MULTI | EXEC => *nil")]
    [InlineData("SELECT 1 | SET k v | SELECT 0 | WATCH k | @1 SWAPDB 0 1 => +OK | MULTI | EXEC => *nil")]
    [InlineData("SET k v | WATCH other | @1 SWAPDB 0 1 => +OK | MULTI | EXEC => []")]
    [InlineData("SET k v | WATCH k | @1 SWAPDB 0 0 => +OK | MULTI | EXEC => []")]
    [InlineData("SET k v | WATCH k | @1 SWAPDB 1 2 => +OK | MULTI | EXEC => []")]
    [InlineData("WATCH k | @1 SWAPDB 0 1 | @1 SET k v | MULTI | EXEC => *nil")]
    [InlineData("WATCH k | @1 SWAPDB 0 1 | @1 SELECT 1 | @1 SET k v | MULTI | EXEC => []")]
    public Task A_watch_sees_a_key_that_comes_or_goes(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistSwap(BitmapistServer server) : SwapSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisSwap(RedisServer server) : SwapSpec(server), IClassFixture<RedisServer>;
