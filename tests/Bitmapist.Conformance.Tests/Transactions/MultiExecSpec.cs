using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Transactions;

/// <summary>redis.io/topics/transactions: MULTI, EXEC, DISCARD, and what happens to errors among them.</summary>
public abstract class MultiExecSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("MULTI => +OK | SET k v => +QUEUED | GET k => +QUEUED | EXEC => [+OK, 'v'] | GET k => 'v'")]
    [InlineData("MULTI | EXEC => []")]
    [InlineData("MULTI | SET k v | @1 GET k => $nil | EXEC => [+OK] | @1 GET k => 'v'")]
    [InlineData("MULTI | SETBIT k 1 1 | SETBIT k 2 1 | SETBIT k 1 0 | EXEC => [:0, :0, :1] | BITCOUNT k => :1")]
    [InlineData(
        """MULTI | SET a "\x0f" | BITOP NOT d a | EXPIRE d 100 | EXEC => [+OK, :1, :1] """ +
        "| TTL d => :<int 90..100>")]
    [InlineData("MULTI | PING | PING hello | ECHO x | TIME | EXEC => [+PONG, 'hello', 'x', ['<int>', '<int>']]")]
    [InlineData(
        "MULTI | SELECT 3 => +QUEUED | SET k v | EXEC => [+OK, +OK] | GET k => 'v' | SELECT 0 " +
        "| EXISTS k => :0")]
    [InlineData("MULTI | KEYS * | DBSIZE | SCAN 0 | EXEC => [[], :0, ['0', []]]")]
    [InlineData("MULTI | SET k v | FLUSHALL | EXEC => [+OK, +OK] | DBSIZE => :0")]
    [InlineData("MULTI | multi => -ERR MULTI calls can not be nested | EXEC => []")]
    public Task Runs_queued_commands_at_EXEC(string row) => CheckAsync(row);

    [Theory]
    [InlineData("MULTI | SET k v | DISCARD => +OK | EXISTS k => :0 | EXEC => -ERR EXEC without MULTI")]
    [InlineData("SET k old | WATCH k | MULTI | DISCARD => +OK | @1 SET k other | MULTI | GET k | EXEC => ['other']")]
    [InlineData(
        "MULTI | FOO => -ERR unknown command 'FOO', with args beginning with:  | DISCARD => +OK " +
        "| GET k => $nil")]
    public Task DISCARD_forgets_them(string row) => CheckAsync(row);

    [Theory]
    [InlineData("EXEC => -ERR EXEC without MULTI")]
    [InlineData("DISCARD => -ERR DISCARD without MULTI")]
    [InlineData(
        "MULTI | MULTI => -ERR MULTI calls can not be nested | SET k v => +QUEUED | EXEC => [+OK] " +
        "| GET k => 'v'")]
    [InlineData("MULTI | WATCH k => -ERR WATCH inside MULTI is not allowed | SET k v | EXEC => [+OK]")]
    public Task Refuses_calls_out_of_turn(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        "MULTI | SET k v | GET => -ERR wrong number of arguments for 'get' command " +
        "| EXEC => -EXECABORT Transaction discarded because of previous errors. | EXISTS k => :0 " +
        "| EXEC => -ERR EXEC without MULTI")]
    [InlineData(
        "MULTI | FOO bar => -ERR unknown command 'FOO', with args beginning with: 'bar'  " +
        "| SET k v => +QUEUED | EXEC => -EXECABORT Transaction discarded because of previous errors. " +
        "| EXISTS k => :0")]
    [InlineData(
        "MULTI | CLIENT FOO => -ERR unknown subcommand 'FOO'. Try CLIENT HELP. " +
        "| EXEC => -EXECABORT Transaction discarded because of previous errors.")]
    [InlineData(
        "MULTI | SET k v | MULTI x => -ERR wrong number of arguments for 'multi' command " +
        "| EXEC => -EXECABORT Transaction discarded because of previous errors.")]
    [InlineData(
        "MULTI " +
        "| EXEC x => -EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command " +
        "| SET k v => +OK | EXEC => -ERR EXEC without MULTI")]
    [InlineData(
        "MULTI | DISCARD x => -ERR wrong number of arguments for 'discard' command " +
        "| EXEC => -EXECABORT Transaction discarded because of previous errors.")]
    [InlineData(
        "MULTI | SHUTDOWN => -ERR Command not allowed inside a transaction " +
        "| EXEC => -EXECABORT Transaction discarded because of previous errors.")]
    [InlineData(
        "MULTI | GET => -ERR wrong number of arguments for 'get' command | DISCARD => +OK | MULTI | GET k " +
        "| EXEC => [$nil]")]
    public Task An_error_while_queueing_aborts_all(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        "MULTI | SET k v | SETBIT k -1 1 | GET k " +
        "| EXEC => [+OK, -ERR bit offset is not an integer or out of range, 'v']")]
    [InlineData("MULTI | SETBIT k x 1 | EXEC => [-ERR bit offset is not an integer or out of range] | EXISTS k => :0")]
    [InlineData(
        "MULTI | RENAME missing b | SET k v NX XX | EXPIRE k x | SELECT 99 | BITOP NOT d a b | GET k " +
        "| EXEC => [-ERR no such key, -ERR syntax error, -ERR value is not an integer or out of range, -ERR " +
        "DB index is out of range, -ERR BITOP NOT must be called with a single source key., $nil]")]
    public Task An_error_while_running_does_not(string row) => CheckAsync(row);

    [Theory]
    [InlineData("MULTI | RESET => +RESET | EXEC => -ERR EXEC without MULTI")]
    [InlineData("MULTI | SET k v | QUIT => +OK | @1 EXISTS k => :0")]
    [InlineData("MULTI | SET k v PX 20 | EXEC => [+OK] | {sleep 60} | GET k => $nil")]
    public Task What_ends_a_transaction(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        "MULTI | CLIENT SETNAME me => +QUEUED | CLIENT GETNAME => +QUEUED | EXEC => [+OK, 'me'] " +
        "| CLIENT GETNAME => 'me'")]
    [InlineData("MULTI | COMMAND COUNT => +QUEUED | EXEC => [:<int 50..500>]")]
    [InlineData("SET k v | HELLO 3 | MULTI | MGET k no | HELLO 2 | MGET k no | EXEC => [['v', _], <any>, ['v', $nil]]")]
    [InlineData("MULTI | HELLO 3 => +QUEUED | EXEC => [{<any>'proto' => :3<any>] | HELLO 2")]
    [InlineData("MULTI | UNWATCH => +QUEUED | EXEC => [+OK]")]
    [InlineData("MULTI | CONFIG GET no-such-thing => +QUEUED | EXEC => [[]]")]
    [InlineData(
        "MULTI | AUTH x => +QUEUED " +
        "| EXEC => [-ERR AUTH <password> called without any password configured for the default user. Are " +
        "you sure your configuration is correct?]")]
    public Task Connection_commands_are_queued_too(string row) => CheckAsync(row);

    [Theory]
    [InlineData("MULTI x => -ERR wrong number of arguments for 'multi' command")]
    [InlineData("EXEC x => -EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command")]
    [InlineData("DISCARD x => -ERR wrong number of arguments for 'discard' command")]
    public Task Refuses_a_wrong_number_of_arguments(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistMultiExec(BitmapistServer server) : MultiExecSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisMultiExec(RedisServer server) : MultiExecSpec(server), IClassFixture<RedisServer>;
