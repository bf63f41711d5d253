using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Keys;

/// <summary>redis.io/commands/move: a key in another database.</summary>
public abstract class MoveSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("MOVE k 1 => :0 | SET k v EX 100 | MOVE k 1 => :1 | EXISTS k => :0 | SELECT 1 | GET k => 'v'"
        + " | TTL k => :<int 99..100>")]
    [InlineData("SETBIT k 100000 1 | MOVE k 1 => :1 | SELECT 1 | BITCOUNT k => :1 | MOVE k 0 => :1"
        + " | DBSIZE => :0 | SELECT 0 | STRLEN k => :12501")]
    [InlineData("SET k v | SELECT 1 | SET k w | MOVE k 0 => :0 | GET k => 'w' | SELECT 0 | GET k => 'v'")]
    [InlineData("SET k v PX 20 | {sleep 40} | MOVE k 1 => :0")]
    [InlineData("SELECT 1 | SET k w PX 20 | SELECT 0 | SET k v | {sleep 40} | MOVE k 1 => :1 | SELECT 1"
        + " | TTL k => :-1")]
    [InlineData("MULTI | SET k v | MOVE k 1 | EXISTS k | SELECT 1 | GET k | MOVE k 0"
        + " | EXEC => [+OK, :1, :0, +OK, 'v', :1]")]
    [InlineData("""SETBIT s 7 1 | BITOP NOT d s | MOVE d 1 => :1 | SELECT 1 | GET d => '\xfe'""")]
    public Task Moves_a_key_with_its_expiry(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | MOVE k 0 => -ERR source and destination objects are the same"
        + " | MOVE k 16 => -ERR DB index is out of range | MOVE k -1 => -ERR DB index is out of range"
        + " | MOVE k x => -ERR value is not an integer or out of range"
        + " | MOVE missing 0 => -ERR source and destination objects are the same")]
    [InlineData("MOVE k 99999999999 => -ERR value is out of range, value must between -2147483648 and 2147483647"
        + " | MOVE k 1.5 => -ERR value is not an integer or out of range"
        + " | MOVE => -ERR wrong number of arguments for 'move' command"
        + " | MOVE k => -ERR wrong number of arguments for 'move' command"
        + " | MOVE k 1 2 => -ERR wrong number of arguments for 'move' command")]
    public Task Refuses_a_database_that_is_none(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | WATCH k | @1 MOVE k 1 => :1 | MULTI | EXEC => *nil")]
    [InlineData("SELECT 1 | WATCH k | @1 SET k v | @1 MOVE k 1 => :1 | MULTI | EXEC => *nil")]
    [InlineData("SELECT 1 | SET k w | WATCH k | @1 SET k v | @1 MOVE k 1 => :0 | MULTI | EXEC => []")]
    public Task A_watch_sees_what_is_moved(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistMove(BitmapistServer server) : MoveSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisMove(RedisServer server) : MoveSpec(server), IClassFixture<RedisServer>;
