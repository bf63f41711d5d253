using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Keys;

/// <summary>redis.io/commands/select, /dbsize, /randomkey, /flushdb and /flushall: 16 databases of their own.</summary>
public abstract class DatabaseSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("SET k zero | SELECT 1 => +OK | GET k => $nil | SET k one | SELECT 0 | GET k => 'zero'")]
    [InlineData("SELECT 15 => +OK | SETBIT k 1 1 => :0 | DBSIZE => :1 | SELECT 0 | DBSIZE => :0")]
    [InlineData("SELECT 15 | SET k v | @1 GET k => $nil | @1 SELECT 15 | @1 GET k => 'v'")]
    [InlineData("""SELECT 2 | SET a "\x0f" | SELECT 0 | BITOP NOT d a => :0""")]
    [InlineData("SET a v | SELECT 1 | RENAME a b => -ERR no such key | DEL a => :0 | EXISTS a => :0")]
    [InlineData("SET k v EX 100 | SELECT 1 | SET k v | TTL k => :-1")]
    public Task Each_database_has_its_own_keys(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SELECT 16 => -ERR DB index is out of range")]
    [InlineData("SELECT -1 => -ERR DB index is out of range")]
    [InlineData("SELECT x => -ERR value is not an integer or out of range")]
    [InlineData("SELECT 1.5 => -ERR value is not an integer or out of range")]
    [InlineData("""SELECT "" => -ERR value is not an integer or out of range""")]
    [InlineData("SELECT 99999999999999999999 => -ERR value is not an integer or out of range")]
    [InlineData(
        "SELECT 9223372036854775807 => -ERR value is out of range, value must between -2147483648 and 2147483647")]
    [InlineData("SELECT 3000000000 => -ERR value is out of range, value must between -2147483648 and 2147483647")]
    [InlineData("SELECT 01 => -ERR value is not an integer or out of range")]
    [InlineData("SELECT => -ERR wrong number of arguments for 'select' command")]
    [InlineData("SELECT 1 2 => -ERR wrong number of arguments for 'select' command")]
    [InlineData("SELECT 1 | SELECT 16 => -ERR DB index is out of range | SET k v | SELECT 1 | GET k => 'v'")]
    public Task Refuses_databases_that_are_none(string row) => CheckAsync(row);

    [Theory]
    [InlineData("DBSIZE => :0")]
    [InlineData("SET a 1 | SET b 1 | SET a 2 | DBSIZE => :2 | DEL a | DBSIZE => :1")]
    [InlineData("SETBIT a 1 0 | DBSIZE => :1")]
    [InlineData("DBSIZE x => -ERR wrong number of arguments for 'dbsize' command")]
    public Task Counts_keys(string row) => CheckAsync(row);

    [Theory]
    [InlineData("RANDOMKEY => $nil")]
    [InlineData("SET only 1 | RANDOMKEY => 'only'")]
    [InlineData("SET k 1 | SELECT 1 | RANDOMKEY => $nil")]
    [InlineData("RANDOMKEY x => -ERR wrong number of arguments for 'randomkey' command")]
    public Task Picks_a_key(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | FLUSHDB => +OK | DBSIZE => :0 | GET k => $nil")]
    [InlineData("SET k v | SELECT 1 | SET k v | FLUSHDB => +OK | DBSIZE => :0 | SELECT 0 | DBSIZE => :1")]
    [InlineData("SET k v | FLUSHDB SYNC => +OK | DBSIZE => :0")]
    [InlineData("SET k v | FLUSHDB async => +OK | DBSIZE => :0")]
    [InlineData("FLUSHDB => +OK")]
    [InlineData("SET k v | FLUSHDB FOO => -ERR syntax error | DBSIZE => :1")]
    [InlineData("FLUSHDB SYNC ASYNC => -ERR syntax error")]
    [InlineData("FLUSHDB SYNC SYNC => -ERR syntax error")]
    [InlineData("SET k v EX 100 | FLUSHDB | SET k v | TTL k => :-1")]
    public Task FLUSHDB_empties_one_database(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | SELECT 1 | SET k v | FLUSHALL => +OK | DBSIZE => :0 | SELECT 0 | DBSIZE => :0")]
    [InlineData("SET k v | FLUSHALL ASYNC => +OK | DBSIZE => :0")]
    [InlineData("SET k v | FLUSHALL sync => +OK | DBSIZE => :0")]
    [InlineData("SET k v | FLUSHALL FOO => -ERR syntax error | DBSIZE => :1")]
    [InlineData("FLUSHALL SYNC ASYNC => -ERR syntax error")]
    public Task FLUSHALL_empties_all(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistDatabase(BitmapistServer server) : DatabaseSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisDatabase(RedisServer server) : DatabaseSpec(server), IClassFixture<RedisServer>;
