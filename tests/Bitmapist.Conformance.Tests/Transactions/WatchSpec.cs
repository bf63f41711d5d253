using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Transactions;

/// <summary>redis.io/commands/watch: EXEC does nothing when a watched key was touched by anyone.</summary>
public abstract class WatchSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("WATCH k => +OK | @1 SET k other | MULTI | SET k mine => +QUEUED | EXEC => *nil | GET k => 'other'")]
    [InlineData("SET k v | WATCH k | @1 SETBIT k 0 1 | MULTI | EXEC => *nil")]
    [InlineData("SET k v | WATCH k | @1 DEL k | MULTI | EXEC => *nil")]
    [InlineData("SET k v | WATCH k | @1 EXPIRE k 100 | MULTI | EXEC => *nil")]
    [InlineData("SET k v EX 100 | WATCH k | @1 PERSIST k | MULTI | EXEC => *nil")]
    [InlineData("SET k v | WATCH k | @1 RENAME k l | MULTI | EXEC => *nil")]
    [InlineData("SET k v | WATCH l | @1 RENAME k l | MULTI | EXEC => *nil")]
    [InlineData("SET k v | WATCH l | @1 COPY k l | MULTI | EXEC => *nil")]
    [InlineData("SET k v | WATCH d | @1 BITOP NOT d k | MULTI | EXEC => *nil")]
    [InlineData("SET k v | WATCH k | @1 FLUSHDB | MULTI | EXEC => *nil")]
    [InlineData("SET k v | WATCH k | @1 FLUSHALL | MULTI | EXEC => *nil")]
    [InlineData("WATCH a b c | @1 SET c 1 | MULTI | EXEC => *nil")]
    [InlineData("WATCH a | WATCH b | @1 SET a 1 | MULTI | EXEC => *nil")]
    [InlineData("SET k v | WATCH k | SET k mine | MULTI | EXEC => *nil")]
    [InlineData("WATCH k | @1 MULTI | @1 SET k v | @1 EXEC | MULTI | EXEC => *nil")]
    [InlineData("SET d old | WATCH d | @1 BITOP AND d missing | MULTI | EXEC => *nil")]
    [InlineData("SET k v | WATCH k | @1 EXPIRE k -1 | MULTI | EXEC => *nil")]
    public Task EXEC_fails_after_a_change(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | WATCH k | @1 GET k | @1 SET other v | MULTI | GET k | EXEC => ['v']")]
    [InlineData("WATCH k | MULTI | SET k v | EXEC => [+OK] | MULTI | SET k w | EXEC => [+OK]")]
    [InlineData("SET k v | WATCH k | @1 DEL missing | @1 EXPIRE missing 10 | @1 SET k w NX | MULTI | EXEC => []")]
    [InlineData("WATCH missing | @1 DEL missing | @1 FLUSHALL | MULTI | PING | EXEC => [+PONG]")]
    [InlineData("SET k v | WATCH k | @1 PERSIST k | @1 SETBIT k 1 2 => -<any> | MULTI | EXEC => []")]
    public Task EXEC_runs_where_nothing_changed(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | WATCH k | @1 SET k v | MULTI | EXEC => *nil")]
    [InlineData("SETBIT k 1 1 | WATCH k | @1 SETBIT k 1 1 | MULTI | EXEC => []")]
    [InlineData("SETBIT k 1 0 | WATCH k | @1 SETBIT k 1 0 | MULTI | EXEC => []")]
    public Task SET_of_the_same_value_touches_but_SETBIT_of_the_same_bit_does_not(string row) => CheckAsync(row);

    [Theory]
    [InlineData("WATCH k | @1 SELECT 1 | @1 SET k other | MULTI | PING | EXEC => [+PONG]")]
    [InlineData("SELECT 1 | WATCH k | @1 SELECT 1 | @1 SET k other | SELECT 0 | MULTI | EXEC => *nil")]
    [InlineData("WATCH k | @1 SELECT 1 | @1 SET k v | @1 COPY k k DB 0 | MULTI | EXEC => *nil")]
    public Task A_watch_belongs_to_one_database(string row) => CheckAsync(row);

    [Theory]
    [InlineData("WATCH k | @1 SET k other | UNWATCH => +OK | MULTI | PING | EXEC => [+PONG]")]
    [InlineData("WATCH k | MULTI | EXEC | @1 SET k other | MULTI | PING | EXEC => [+PONG]")]
    [InlineData("WATCH k | @1 SET k other | MULTI | EXEC => *nil | MULTI | PING | EXEC => [+PONG]")]
    [InlineData("WATCH k | MULTI | DISCARD | @1 SET k other | MULTI | PING | EXEC => [+PONG]")]
    [InlineData("WATCH k | @1 SET k other | MULTI | UNWATCH | EXEC => *nil")]
    [InlineData(
        "WATCH k | @1 SET k other | MULTI | GET => -ERR wrong number of arguments for 'get' command " +
        "| EXEC => -EXECABORT Transaction discarded because of previous errors. | MULTI | PING " +
        "| EXEC => [+PONG]")]
    [InlineData("UNWATCH => +OK")]
    public Task A_watch_ends_with_EXEC_DISCARD_and_UNWATCH(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v PX 1500 | WATCH k | {sleep 1700} | MULTI | PING | EXEC => *nil")]
    [InlineData("SET k v PX 30 | {sleep 60} | WATCH k | MULTI | PING | EXEC => [+PONG]")]
    public Task An_expiry_touches_a_watched_key(string row) => CheckAsync(row);

    [Theory]
    [InlineData("WATCH => -ERR wrong number of arguments for 'watch' command")]
    [InlineData("UNWATCH x => -ERR wrong number of arguments for 'unwatch' command")]
    public Task Refuses_a_wrong_number_of_arguments(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistWatch(BitmapistServer server) : WatchSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisWatch(RedisServer server) : WatchSpec(server), IClassFixture<RedisServer>;
