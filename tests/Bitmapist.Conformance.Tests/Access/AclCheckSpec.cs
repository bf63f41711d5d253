using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Access;

/// <summary>What users may not do is refused: by command, by key, at EXEC too.</summary>
public abstract class AclCheckSpec(ITestServer server) : AccessSpec(server)
{
    [Theory]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~* +@all -get | @1 AUTH alice x => +OK | @1 GET k => -NOPERM this " +
        "user has no permissions to run the 'get' command | @1 SET k v => +OK")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~* | @1 AUTH alice x | @1 PING => -NOPERM this user has no " +
        "permissions to run the 'ping' command | @1 AUTH alice y => +OK")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~* +get | @1 AUTH alice x | @1 HELLO 2 => [<any> | @1 SET k v => " +
        "-NOPERM this user has no permissions to run the 'set' command")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~* +@all -config|set | @1 AUTH alice x | @1 CONFIG SET maxmemory 0 " +
        "=> -NOPERM this user has no permissions to run the 'config|set' command | @1 CONFIG GET " +
        "databases => ['databases', '16']")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~* +config|get | @1 AUTH alice x | @1 CONFIG SET maxmemory 0 => " +
        "-NOPERM this user has no permissions to run the 'config|set' command | @1 CONFIG GET databases " +
        "=> ['databases', '16'] | @1 CONFIG => -ERR wrong number of arguments for 'config' command")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~* +acl|whoami | @1 AUTH alice x | @1 ACL WHOAMI => 'alice' | @1 " +
        "ACL LIST => -NOPERM this user has no permissions to run the 'acl|list' command")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~* +@read | @1 AUTH alice x | @1 GET k => $nil | @1 BITCOUNT k => " +
        ":0 | @1 SET k v => -NOPERM this user has no permissions to run the 'set' command | @1 SETBIT k " +
        "0 1 => -NOPERM this user has no permissions to run the 'setbit' command")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~* +@all -@dangerous | @1 AUTH alice x | @1 KEYS * => -NOPERM this " +
        "user has no permissions to run the 'keys' command | @1 FLUSHALL => -NOPERM this user has no " +
        "permissions to run the 'flushall' command | @1 GET k => $nil")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~* +select|0 +ping | @1 AUTH alice x | @1 SELECT 0 => +OK | @1 " +
        "SELECT 1 => -NOPERM this user has no permissions to run the 'select' command")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~* +get | @1 AUTH alice x | @1 MULTI => -NOPERM this user has no " +
        "permissions to run the 'multi' command | @1 EXEC => -EXECABORT Transaction discarded because " +
        "of: NOPERM this user has no permissions to run the 'exec' command")]
    [InlineData("ACL SETUSER alice on nopass ~* +get | @1 AUTH alice x | @1 QUIT => +OK")]
    [InlineData(
        "{7.0} SET victim v | ACL SETUSER alice on nopass ~m* +@all | @1 AUTH alice x " +
        "| @1 SORT m STORE victim => " +
        "-NOPERM this user has no permissions to access one of the keys used as arguments " +
        "| @1 SORT m LIMIT 0 1 STORE m2 ALPHA STORE victim => -NOPERM <any> | @1 SORT m STORE m2 => :0 " +
        "| EXISTS victim => :1")]
    [InlineData(
        "ACL SETUSER alice on nopass ~* +@all | CLIENT KILL USER alice => :0 " +
        "| CLIENT KILL USER nobody => -ERR No such user 'nobody' | @1 AUTH alice x | CLIENT KILL USER alice => :1")]
    [InlineData(
        "ACL SETUSER alice on nopass ~* +get | @1 AUTH alice x | @1 RESET => +RESET | @1 ACL WHOAMI => " +
        "'default'")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~* +@all -select | @1 AUTH alice x | @1 SELECT 0 => -NOPERM this " +
        "user has no permissions to run the 'select' command")]
    [InlineData(
        "ACL SETUSER alice on nopass ~* +get | @1 AUTH alice x | @1 GET => -ERR wrong number of " +
        "arguments for 'get' command | @1 NOPE => -ERR unknown command 'NOPE', with args beginning with: ")]
    public Task Commands_are_refused(string row) => CheckFreshAsync(row);

    [Theory]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~a* +@all | @1 AUTH alice x | @1 SET ab v => +OK | @1 SET ba v => " +
        "-NOPERM this user has no permissions to access one of the keys used as arguments | @1 EXISTS ba " +
        "=> -NOPERM this user has no permissions to access one of the keys used as arguments")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass %R~r* %W~w* +@all | @1 AUTH alice x | @1 SET r v => -NOPERM this " +
        "user has no permissions to access one of the keys used as arguments | @1 SET w v => +OK | @1 " +
        "GET w => -NOPERM this user has no permissions to access one of the keys used as arguments | @1 " +
        "GET r => $nil")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass %R~r* %W~w* +@all | @1 AUTH alice x | @1 SET w v GET => -NOPERM " +
        "this user has no permissions to access one of the keys used as arguments | @1 EXISTS w => :0 | " +
        "@1 EXISTS r => :0 | @1 TYPE w => +none | @1 STRLEN w => :0 | @1 STRLEN r => :0")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass %R~r* %W~w* +@all | @1 AUTH alice x | @1 COPY r w => :0 | @1 COPY w " +
        "r => -NOPERM this user has no permissions to access one of the keys used as arguments | @1 " +
        "RENAME r w => -NOPERM this user has no permissions to access one of the keys used as arguments")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass %R~r* %W~w* +@all | @1 AUTH alice x | @1 BITOP AND w r r2 => :0 | " +
        "@1 BITOP AND w r w => -NOPERM this user has no permissions to access one of the keys used as " +
        "arguments | @1 BITOP AND r r r => -NOPERM this user has no permissions to access one of the " +
        "keys used as arguments | @1 BITOP OR w r x => -NOPERM this user has no permissions to access " +
        "one of the keys used as arguments")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass %RW~a %R~b +@all | @1 AUTH alice x | @1 RENAME a a => -ERR no such " +
        "key | @1 RENAME b a => -NOPERM this user has no permissions to access one of the keys used as " +
        "arguments | @1 RENAME a b => -NOPERM this user has no permissions to access one of the keys " +
        "used as arguments")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass %R~k* %W~k1 +@all | @1 AUTH alice x | @1 SETBIT k1 0 1 => -NOPERM " +
        "this user has no permissions to access one of the keys used as arguments | @1 SET k1 v => +OK")]
    [InlineData("ACL SETUSER alice on nopass %R~k %W~k +@all | @1 AUTH alice x | @1 SETBIT k 0 1 => :0")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~a ~b +@all | @1 AUTH alice x | @1 DEL a b => :0 | @1 DEL a b c => " +
        "-NOPERM this user has no permissions to access one of the keys used as arguments | @1 EXISTS c " +
        "a => -NOPERM this user has no permissions to access one of the keys used as arguments | @1 " +
        "UNLINK a c => -NOPERM this user has no permissions to access one of the keys used as arguments")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~a ~b +@all | @1 AUTH alice x | @1 WATCH a b => +OK | @1 WATCH a c " +
        "=> -NOPERM this user has no permissions to access one of the keys used as arguments")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~? +@all | @1 AUTH alice x | @1 GET a => $nil | @1 GET aa => " +
        "-NOPERM this user has no permissions to access one of the keys used as arguments")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~[a-c]x +@all | @1 AUTH alice x | @1 GET bx => $nil | @1 GET dx => " +
        "-NOPERM this user has no permissions to access one of the keys used as arguments")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass +@all | @1 AUTH alice x | @1 GET a => -NOPERM this user has no " +
        "permissions to access one of the keys used as arguments | @1 PING => +PONG | @1 DBSIZE => :0 | " +
        "@1 KEYS * => []")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass %R~a +@all | @1 AUTH alice x | @1 EXPIRE a 5 => -NOPERM this user " +
        "has no permissions to access one of the keys used as arguments | @1 TTL a => :-2 | @1 PERSIST a " +
        "=> -NOPERM this user has no permissions to access one of the keys used as arguments")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass %W~a +@all | @1 AUTH alice x | @1 DEL a => :0 | @1 EXPIRE a 5 => :0 " +
        "| @1 BITCOUNT a => -NOPERM this user has no permissions to access one of the keys used as " +
        "arguments | @1 GETBIT a 0 => -NOPERM this user has no permissions to access one of the keys " +
        "used as arguments")]
    public Task Keys_are_refused(string row) => CheckFreshAsync(row);

    [Theory]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass +get ~a (+set ~b) | @1 AUTH alice x | @1 GET a => $nil | @1 SET b v " +
        "=> +OK | @1 GET b => -NOPERM this user has no permissions to access one of the keys used as " +
        "arguments | @1 SET a v => -NOPERM this user has no permissions to access one of the keys used " +
        "as arguments | @1 DEL a => -NOPERM this user has no permissions to run the 'del' command")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass (+@read %R~r*) (+@write %W~w*) | @1 AUTH alice x | @1 GET r => $nil " +
        "| @1 SET w v => +OK | @1 SET r v => -NOPERM this user has no permissions to access one of the " +
        "keys used as arguments | @1 COPY r w => -NOPERM this user has no permissions to access one of " +
        "the keys used as arguments")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass '(+get ~a)' (+get ~b) | @1 AUTH alice x | @1 GET a => $nil | @1 GET " +
        "b => $nil | @1 GET c => -NOPERM this user has no permissions to access one of the keys used as " +
        "arguments")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass (+get ~a) | ACL SETUSER alice clearselectors | @1 AUTH alice x | @1 " +
        "GET a => -NOPERM this user has no permissions to run the 'get' command")]
    public Task Selectors_are_tried_one_after_another(string row) => CheckFreshAsync(row);

    [Theory]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~a +@all | @1 AUTH alice x | @1 MULTI | @1 GET b => -NOPERM this " +
        "user has no permissions to access one of the keys used as arguments | @1 EXEC => -EXECABORT " +
        "Transaction discarded because of previous errors.")]
    [InlineData(
        "ACL SETUSER alice on nopass ~* +@all | @1 AUTH alice x | @1 MULTI | @1 SET a 1 => +QUEUED | @1 " +
        "GET a => +QUEUED | ACL SETUSER alice -set | @1 EXEC => [-NOPERM ACLs rules changed between the " +
        "moment the transaction was accumulated and the EXEC call. This command is no longer allowed for " +
        "the following reason: no permission to execute the command or subcommand, $nil]")]
    [InlineData(
        "ACL SETUSER alice on nopass ~a* +@all | @1 AUTH alice x | @1 MULTI | @1 SET a 1 => +QUEUED | @1 " +
        "SET ab 1 => +QUEUED | ACL SETUSER alice resetkeys ~ab | @1 EXEC => [-NOPERM ACLs rules changed " +
        "between the moment the transaction was accumulated and the EXEC call. This command is no longer " +
        "allowed for the following reason: no permission to touch the specified keys, +OK]")]
    public Task Transactions_are_checked_when_queued_and_when_run(string row) => CheckFreshAsync(row);

    [Theory]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~* +@all | @1 AUTH alice x | @1 GET a => $nil | ACL SETUSER alice " +
        "-get | @1 GET a => -NOPERM this user has no permissions to run the 'get' command | ACL SETUSER " +
        "alice +get | @1 GET a => $nil")]
    [InlineData(
        "ACL SETUSER alice on nopass ~* +@all | @1 AUTH alice x | ACL SETUSER alice off | @1 GET a => " +
        "$nil | @1 ACL WHOAMI => 'alice' | @1 AUTH alice x => -WRONGPASS invalid username-password pair " +
        "or user is disabled.")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~* +@all | @1 AUTH alice x | ACL SETUSER alice reset | @1 GET a => " +
        "-NOPERM this user has no permissions to run the 'get' command")]
    public Task Open_connections_follow_changes(string row) => CheckFreshAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistAclCheck(BitmapistServer server) : AclCheckSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisAclCheck(RedisServer server) : AclCheckSpec(server), IClassFixture<RedisServer>;
