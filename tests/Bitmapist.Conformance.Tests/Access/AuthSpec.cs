using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Access;

/// <summary>redis.io/commands/auth, HELLO with AUTH, and requirepass: who has not logged in may do nothing.</summary>
public abstract class AuthSpec(ITestServer server) : AccessSpec(server)
{
    [Theory]
    [InlineData(
        "CONFIG SET requirepass foobar => +OK | @1 PING => -NOAUTH Authentication required. | PING => " +
        "+PONG")]
    [InlineData(
        "CONFIG SET requirepass foobar | @1 GET k => -NOAUTH Authentication required. | @1 AUTH foobar " +
        "=> +OK | @1 GET k => $nil")]
    [InlineData("CONFIG SET requirepass foobar | @1 AUTH default foobar => +OK | @1 PING => +PONG")]
    [InlineData(
        "CONFIG SET requirepass foobar | @1 AUTH foo => -WRONGPASS invalid username-password pair or " +
        "user is disabled. | @1 PING => -NOAUTH Authentication required.")]
    [InlineData(
        "CONFIG SET requirepass foobar | @1 AUTH default => -WRONGPASS invalid username-password pair or " +
        "user is disabled.")]
    [InlineData(
        "CONFIG SET requirepass foobar | @1 AUTH foobar => +OK | @1 AUTH foo => -WRONGPASS invalid " +
        "username-password pair or user is disabled. | @1 PING => +PONG")]
    [InlineData(
        "CONFIG SET requirepass foobar | @1 AUTH foobar | CONFIG SET requirepass '' => +OK | @2 PING => " +
        "+PONG")]
    [InlineData(
        "CONFIG SET requirepass foobar | @1 AUTH nobody foobar => -WRONGPASS invalid username-password " +
        "pair or user is disabled.")]
    [InlineData("CONFIG SET requirepass foobar | @1 QUIT => +OK")]
    [InlineData(
        "CONFIG SET requirepass foobar | @1 RESET => +RESET | @1 AUTH foobar | @1 PING => +PONG | @1 " +
        "RESET | @1 PING => -NOAUTH Authentication required.")]
    [InlineData("CONFIG SET requirepass foobar | RESET | PING => -NOAUTH Authentication required.")]
    [InlineData(
        "CONFIG SET requirepass a requirepass b => -ERR CONFIG SET failed (possibly related to argument " +
        "'requirepass') - duplicate parameter")]
    public Task A_password_is_asked_for(string row) => CheckFreshAsync(row);

    [Theory]
    [InlineData("CONFIG SET requirepass foobar | @1 GET => -ERR wrong number of arguments for 'get' command")]
    [InlineData(
        "CONFIG SET requirepass foobar | @1 NOPE => -ERR unknown command 'NOPE', with args beginning " +
        "with: ")]
    [InlineData("CONFIG SET requirepass foobar | @1 CONFIG FOO => -ERR unknown subcommand 'FOO'. Try CONFIG HELP.")]
    [InlineData("CONFIG SET requirepass foobar | @1 AUTH => -ERR wrong number of arguments for 'auth' command")]
    [InlineData("CONFIG SET requirepass foobar | @1 AUTH a b c => -ERR syntax error")]
    public Task Malformed_calls_are_told_first(string row) => CheckFreshAsync(row);

    [Theory]
    [InlineData(
        "CONFIG SET requirepass foobar | @1 MULTI => -NOAUTH Authentication required. | @1 DISCARD => " +
        "-NOAUTH Authentication required.")]
    [InlineData(
        "CONFIG SET requirepass foobar | @1 EXEC => -EXECABORT Transaction discarded because of: NOAUTH " +
        "Authentication required.")]
    [InlineData(
        "{7.0} CONFIG SET requirepass foobar | @1 AUTH foobar | @1 MULTI | @1 AUTH bar => +QUEUED | @1 AUTH " +
        "foobar => +QUEUED | @1 EXEC => [-WRONGPASS invalid username-password pair or user is disabled., " +
        "+OK]")]
    public Task Transactions_ask_too(string row) => CheckFreshAsync(row);

    [Theory]
    [InlineData(
        "{7.0} CONFIG SET requirepass foobar | @1 HELLO => -NOAUTH HELLO must be called with the client " +
        "already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to " +
        "authenticate the client and select the RESP protocol version at the same time")]
    [InlineData(
        "{7.0} CONFIG SET requirepass foobar | @1 HELLO 3 => -NOAUTH HELLO must be called with the client " +
        "already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to " +
        "authenticate the client and select the RESP protocol version at the same time")]
    [InlineData(
        "{7.0} CONFIG SET requirepass foobar | @1 HELLO 3 SETNAME x => -NOAUTH HELLO must be called with the " +
        "client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to " +
        "authenticate the client and select the RESP protocol version at the same time")]
    [InlineData(
        "CONFIG SET requirepass foobar | @1 HELLO 3 AUTH default foo => -WRONGPASS invalid " +
        "username-password pair or user is disabled.")]
    [InlineData(
        "CONFIG SET requirepass foobar | @1 HELLO 3 AUTH default foobar => {'server' => <any> | @1 PING " +
        "=> +PONG")]
    [InlineData(
        "CONFIG SET requirepass foobar | @1 HELLO 2 SETNAME me AUTH default foobar => ['server', <any> | " +
        "@1 CLIENT GETNAME => 'me'")]
    [InlineData(
        "CONFIG SET requirepass foobar | @1 HELLO 9 AUTH default foobar => -NOPROTO unsupported protocol " +
        "version | @1 PING => -NOAUTH Authentication required.")]
    [InlineData(
        "CONFIG SET requirepass foobar | @1 HELLO 2 AUTH default => -ERR Syntax error in HELLO option " +
        "'AUTH'")]
    [InlineData(
        "{7.0} CONFIG SET requirepass foobar | @1 HELLO 2 AUTH default foobar NOPE => -ERR Syntax error in " +
        "HELLO option 'NOPE' | @1 PING => +PONG")]
    [InlineData("CONFIG SET requirepass foobar | @1 HELLO 3 AUTH default foobar | @1 HELLO => {<any>")]
    public Task Hello_logs_in(string row) => CheckFreshAsync(row);

    [Theory]
    [InlineData(
        "ACL SETUSER default off => +OK | @1 PING => -NOAUTH Authentication required. | @1 AUTH default " +
        "x => -WRONGPASS invalid username-password pair or user is disabled. | PING => +PONG | ACL " +
        "SETUSER default on => +OK | @1 PING => +PONG")]
    [InlineData(
        "ACL SETUSER default resetpass => +OK | @1 PING => -NOAUTH Authentication required. | @1 AUTH x " +
        "=> -WRONGPASS invalid username-password pair or user is disabled. | ACL SETUSER default nopass " +
        "=> +OK | @1 PING => +PONG")]
    [InlineData(
        "{7.0} ACL SETUSER alice on >p +ping | ACL SETUSER default off | @1 AUTH alice p => +OK | @1 PING => " +
        "+PONG | @1 AUTH alice q => -WRONGPASS invalid username-password pair or user is disabled. | @1 " +
        "ACL WHOAMI => -NOPERM this user has no permissions to run the 'acl|whoami' command | ACL " +
        "SETUSER default on")]
    public Task The_default_user_may_be_off(string row) => CheckFreshAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistAuth(BitmapistServer server) : AuthSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisAuth(RedisServer server) : AuthSpec(server), IClassFixture<RedisServer>;
