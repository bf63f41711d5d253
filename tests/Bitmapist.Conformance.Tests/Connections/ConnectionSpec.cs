using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Connections;

/// <summary>Commands about the connection: PING, ECHO, QUIT, RESET, AUTH, TIME.</summary>
public abstract class ConnectionSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("PING => +PONG")]
    [InlineData("ping => +PONG")]
    [InlineData("PING hello => 'hello'")]
    [InlineData("""PING "" => ''""")]
    [InlineData("""PING "a\x00\r\n\xff" => 'a\x00\r\n\xff'""")]
    [InlineData("PING a b => -ERR wrong number of arguments for 'ping' command")]
    public Task Answers_pings(string row) => CheckAsync(row);

    [Theory]
    [InlineData("ECHO hello => 'hello'")]
    [InlineData("""ECHO "" => ''""")]
    [InlineData("""ECHO "a\x00\r\n\xff" => 'a\x00\r\n\xff'""")]
    [InlineData("ECHO {x*100000} => '{x*100000}'")]
    [InlineData("ECHO => -ERR wrong number of arguments for 'echo' command")]
    [InlineData("ECHO a b => -ERR wrong number of arguments for 'echo' command")]
    public Task Echoes_any_bytes(string row) => CheckAsync(row);

    [Theory]
    [InlineData("QUIT => +OK")]
    [InlineData("QUIT now => +OK")]
    public Task Ends_the_connection(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        "AUTH secret => -ERR AUTH <password> called without any password configured for the default user. " +
        "Are you sure your configuration is correct?")]
    [InlineData(
        """AUTH "" => -ERR AUTH <password> called without any password configured for the default user. Are """ +
        "you sure your configuration is correct?")]
    [InlineData("AUTH default secret => +OK")]
    [InlineData("AUTH nobody secret => -WRONGPASS invalid username-password pair or user is disabled.")]
    [InlineData("AUTH a b c => -ERR syntax error")]
    [InlineData("AUTH => -ERR wrong number of arguments for 'auth' command")]
    public Task Refuses_passwords_while_none_is_set(string row) => CheckAsync(row);

    [Theory]
    [InlineData("RESET => +RESET")]
    [InlineData("SELECT 3 | SET k v | RESET => +RESET | GET k => $nil | SELECT 3 | GET k => 'v'")]
    [InlineData("CLIENT SETNAME me | RESET | CLIENT GETNAME => $nil")]
    [InlineData("HELLO 3 | RESET => +RESET | GET missing => $nil")]
    [InlineData("MULTI | RESET => +RESET | EXEC => -ERR EXEC without MULTI")]
    [InlineData("WATCH k | RESET | @1 SET k v | MULTI | PING | EXEC => [+PONG]")]
    [InlineData("RESET x => -ERR wrong number of arguments for 'reset' command")]
    public Task RESET_makes_the_connection_as_new(string row) => CheckAsync(row);

    [Theory]
    [InlineData("TIME => ['<int 1700000000..9999999999>', '<int 0..999999>']")]
    [InlineData("TIME x => -ERR wrong number of arguments for 'time' command")]
    public Task Tells_the_time(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistConnection(BitmapistServer server) : ConnectionSpec(server),
    IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisConnection(RedisServer server) : ConnectionSpec(server), IClassFixture<RedisServer>;
