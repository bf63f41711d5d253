using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Access;

/// <summary>redis.io/commands/acl-log: the latest refusals, equal ones together.</summary>
public abstract class AclLogSpec(ITestServer server) : AccessSpec(server)
{
    [Theory]
    [InlineData("ACL LOG => []")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~a +@all -flushall | @1 AUTH alice x | @1 GET b => -NOPERM this " +
        "user has no permissions to access one of the keys used as arguments | ACL LOG => [['count', :1, " +
        "'reason', 'key', 'context', 'toplevel', 'object', 'b', 'username', 'alice', 'age-seconds', " +
        "'<any>', 'client-info', 'id=<any>cmd=<any>']]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~a +@all -flushall | @1 AUTH alice x | @1 FLUSHALL => -NOPERM this " +
        "user has no permissions to run the 'flushall' command | @1 FLUSHALL => -NOPERM this user has no " +
        "permissions to run the 'flushall' command | ACL LOG => [['count', :2, 'reason', 'command', " +
        "'context', 'toplevel', 'object', 'flushall', 'username', 'alice', 'age-seconds', '<any>', " +
        "'client-info', 'id=<any>cmd=<any>']]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~a +@all -config|set | @1 AUTH alice x | @1 CONFIG SET a b => " +
        "-NOPERM this user has no permissions to run the 'config|set' command | ACL LOG => [['count', " +
        ":1, 'reason', 'command', 'context', 'toplevel', 'object', 'config|set', 'username', 'alice', " +
        "'age-seconds', '<any>', 'client-info', 'id=<any>cmd=<any>']]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~a +@all | @1 AUTH alice x | @1 MULTI | @1 GET b => -NOPERM this " +
        "user has no permissions to access one of the keys used as arguments | ACL LOG => [['count', :1, " +
        "'reason', 'key', 'context', 'multi', 'object', 'b', 'username', 'alice', 'age-seconds', " +
        "'<any>', 'client-info', 'id=<any>cmd=<any>']]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~a ~b +@all | @1 AUTH alice x | @1 MULTI | @1 GET b | ACL SETUSER " +
        "alice resetkeys ~a | @1 EXEC => [-NOPERM ACLs rules changed between the moment the transaction " +
        "was accumulated and the EXEC call. This command is no longer allowed for the following reason: " +
        "no permission to touch the specified keys] | ACL LOG => [['count', :1, 'reason', 'key', " +
        "'context', 'multi', 'object', 'b', 'username', 'alice', 'age-seconds', '<any>', 'client-info', " +
        "'id=<any>cmd=<any>']]")]
    [InlineData(
        "{7.0} AUTH alice wrong => -WRONGPASS invalid username-password pair or user is disabled. | ACL LOG => " +
        "[['count', :1, 'reason', 'auth', 'context', 'toplevel', 'object', 'AUTH', 'username', 'alice', " +
        "'age-seconds', '<any>', 'client-info', 'id=<any>cmd=<any>']]")]
    [InlineData(
        "{7.0} HELLO 2 AUTH alice wrong => -WRONGPASS invalid username-password pair or user is disabled. | " +
        "ACL LOG => [['count', :1, 'reason', 'auth', 'context', 'toplevel', 'object', 'HELLO', " +
        "'username', 'alice', 'age-seconds', '<any>', 'client-info', 'id=<any>cmd=<any>']]")]
    [InlineData(
        "{7.0} AUTH alice w => -WRONGPASS invalid username-password pair or user is disabled. | AUTH bob w => " +
        "-WRONGPASS invalid username-password pair or user is disabled. | AUTH alice w => -WRONGPASS " +
        "invalid username-password pair or user is disabled. | ACL LOG => [['count', :2, 'reason', " +
        "'auth', 'context', 'toplevel', 'object', 'AUTH', 'username', 'alice', 'age-seconds', '<any>', " +
        "'client-info', 'id=<any>cmd=<any>'], ['count', :1, 'reason', 'auth', 'context', 'toplevel', " +
        "'object', 'AUTH', 'username', 'bob', 'age-seconds', '<any>', 'client-info', " +
        "'id=<any>cmd=<any>']]")]
    [InlineData(
        "{7.0} AUTH alice w => -WRONGPASS invalid username-password pair or user is disabled. | AUTH bob w => " +
        "-WRONGPASS invalid username-password pair or user is disabled. | ACL LOG 1 => [['count', :1, " +
        "'reason', 'auth', 'context', 'toplevel', 'object', 'AUTH', 'username', 'bob', 'age-seconds', " +
        "'<any>', 'client-info', 'id=<any>cmd=<any>']] | ACL LOG 0 => [] | ACL LOG -1 => []")]
    [InlineData(
        "AUTH alice w => -WRONGPASS invalid username-password pair or user is disabled. | ACL LOG RESET " +
        "=> +OK | ACL LOG => []")]
    [InlineData(
        "{7.0} AUTH alice w => -WRONGPASS invalid username-password pair or user is disabled. | HELLO 3 | ACL " +
        "LOG => [{'count' => :1, 'reason' => 'auth', 'context' => 'toplevel', 'object' => 'AUTH', " +
        "'username' => 'alice', 'age-seconds' => ,<any>, 'client-info' => '<any>'}]")]
    [InlineData(
        "{7.0} CONFIG SET acllog-max-len 1 | AUTH alice w => -WRONGPASS invalid username-password pair or user " +
        "is disabled. | AUTH bob w => -WRONGPASS invalid username-password pair or user is disabled. | " +
        "ACL LOG => [['count', :1, 'reason', 'auth', 'context', 'toplevel', 'object', 'AUTH', " +
        "'username', 'bob', 'age-seconds', '<any>', 'client-info', 'id=<any>cmd=<any>']]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass (+get ~a) (+set ~b) | @1 AUTH alice x | @1 SET c v => -NOPERM this " +
        "user has no permissions to access one of the keys used as arguments | ACL LOG => [['count', :1, " +
        "'reason', 'key', 'context', 'toplevel', 'object', 'c', 'username', 'alice', 'age-seconds', " +
        "'<any>', 'client-info', 'id=<any>cmd=<any>']]")]
    public Task Refusals_are_noted(string row) => CheckFreshAsync(row);

    [Theory]
    [InlineData("ACL LOG x => -ERR value is not an integer or out of range")]
    [InlineData("ACL LOG RESET x => -ERR unknown subcommand or wrong number of arguments for 'LOG'. Try ACL HELP.")]
    [InlineData(
        "CONFIG SET acllog-max-len -1 => -ERR CONFIG SET failed (possibly related to argument " +
        "'acllog-max-len') - argument must be between 0 and 9223372036854775807 inclusive")]
    public Task Other_calls_are_refused(string row) => CheckFreshAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistAclLog(BitmapistServer server) : AclLogSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisAclLog(RedisServer server) : AclLogSpec(server), IClassFixture<RedisServer>;
