using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Access;

/// <summary>redis.io/commands/acl-setuser, and what other subcommands of ACL say about users.</summary>
public abstract class AclUserSpec(ITestServer server) : AccessSpec(server)
{
    [Theory]
    [InlineData(
        "{7.0} ACL SETUSER alice => +OK | ACL GETUSER alice => ['flags', ['off'], 'passwords', [], 'commands', " +
        "'-@all', 'keys', '', 'channels', '', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL GETUSER default => ['flags', ['on', 'nopass'], 'passwords', [], 'commands', '+@all', " +
        "'keys', '~*', 'channels', '&*', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice ON NOPASS ALLKEYS | ACL GETUSER alice => ['flags', ['on', 'nopass'], " +
        "'passwords', [], 'commands', '-@all', 'keys', '~*', 'channels', '', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~a* %R~b* %W~c* %RW~d | ACL GETUSER alice => ['flags', ['on', " +
        "'nopass'], 'passwords', [], 'commands', '-@all', 'keys', '~a* %R~b* %W~c* ~d', 'channels', '', " +
        "'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass %R~a %W~a | ACL GETUSER alice => ['flags', ['on', 'nopass'], " +
        "'passwords', [], 'commands', '-@all', 'keys', '~a', 'channels', '', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass %r~x %Wr~y | ACL GETUSER alice => ['flags', ['on', 'nopass'], " +
        "'passwords', [], 'commands', '-@all', 'keys', '%R~x ~y', 'channels', '', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~a allkeys | ACL GETUSER alice => ['flags', ['on', 'nopass'], " +
        "'passwords', [], 'commands', '-@all', 'keys', '~*', 'channels', '', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~* resetkeys ~b | ACL GETUSER alice => ['flags', ['on', 'nopass'], " +
        "'passwords', [], 'commands', '-@all', 'keys', '~b', 'channels', '', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~a ~a ~ | ACL GETUSER alice => ['flags', ['on', 'nopass'], " +
        "'passwords', [], 'commands', '-@all', 'keys', '~a ~', 'channels', '', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass &a &b* | ACL GETUSER alice => ['flags', ['on', 'nopass'], " +
        "'passwords', [], 'commands', '-@all', 'keys', '', 'channels', '&a &b*', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass allchannels | ACL GETUSER alice => ['flags', ['on', 'nopass'], " +
        "'passwords', [], 'commands', '-@all', 'keys', '', 'channels', '&*', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass &* resetchannels &x | ACL GETUSER alice => ['flags', ['on', " +
        "'nopass'], 'passwords', [], 'commands', '-@all', 'keys', '', 'channels', '&x', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass +get +@all -get | ACL GETUSER alice => ['flags', ['on', 'nopass'], " +
        "'passwords', [], 'commands', '+@all -get', 'keys', '', 'channels', '', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass +@all nocommands | ACL GETUSER alice => ['flags', ['on', 'nopass'], " +
        "'passwords', [], 'commands', '-@all', 'keys', '', 'channels', '', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass allcommands | ACL GETUSER alice => ['flags', ['on', 'nopass'], " +
        "'passwords', [], 'commands', '+@all', 'keys', '', 'channels', '', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass +get -@all +@bitmap | ACL GETUSER alice => ['flags', ['on', " +
        "'nopass'], 'passwords', [], 'commands', '-@all +@bitmap', 'keys', '', 'channels', '', " +
        "'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass +config -config|set | ACL GETUSER alice => ['flags', ['on', " +
        "'nopass'], 'passwords', [], 'commands', '-@all +config -config|set', 'keys', '', 'channels', " +
        "'', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass +CONFIG|GET | ACL GETUSER alice => ['flags', ['on', 'nopass'], " +
        "'passwords', [], 'commands', '-@all +config|get', 'keys', '', 'channels', '', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass +SELECT|0 | ACL GETUSER alice => ['flags', ['on', 'nopass'], " +
        "'passwords', [], 'commands', '-@all +select|0', 'keys', '', 'channels', '', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass +config|get +config | ACL GETUSER alice => ['flags', ['on', " +
        "'nopass'], 'passwords', [], 'commands', '-@all +config', 'keys', '', 'channels', '', " +
        "'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on >p | ACL GETUSER alice => ['flags', ['on'], 'passwords', " +
        "['148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940'], 'commands', '-@all', " +
        "'keys', '', 'channels', '', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice #aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa >p " +
        "!aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa <p | ACL GETUSER alice => " +
        "['flags', ['off'], 'passwords', [], 'commands', '-@all', 'keys', '', 'channels', '', " +
        "'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice >p nopass | ACL GETUSER alice => ['flags', ['off', 'nopass'], 'passwords', " +
        "[], 'commands', '-@all', 'keys', '', 'channels', '', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice nopass resetpass | ACL GETUSER alice => ['flags', ['off'], 'passwords', [], " +
        "'commands', '-@all', 'keys', '', 'channels', '', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice #aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa " +
        "#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | ACL GETUSER alice => " +
        "['flags', ['off'], 'passwords', " +
        "['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'], 'commands', '-@all', " +
        "'keys', '', 'channels', '', 'selectors', []]")]
    [InlineData(
        "ACL SETUSER alice on nopass ~a &b +get (+set ~c) reset | ACL GETUSER alice => ['flags', ['off', " +
        "'sanitize-payload'], 'passwords', [], 'commands', '-@all', 'keys', '', 'channels', '', " +
        "'selectors', []]")]
    [InlineData(
        "ACL SETUSER alice on nopass skip-sanitize-payload | ACL GETUSER alice => ['flags', ['on', " +
        "'nopass', 'skip-sanitize-payload'], 'passwords', [], 'commands', '-@all', 'keys', '', " +
        "'channels', '', 'selectors', []]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass (+get ~x) (%R~y &z) | ACL GETUSER alice => ['flags', ['on', " +
        "'nopass'], 'passwords', [], 'commands', '-@all', 'keys', '', 'channels', '', 'selectors', " +
        "[['commands', '-@all +get', 'keys', '~x', 'channels', ''], ['commands', '-@all', 'keys', " +
        "'%R~y', 'channels', '&z']]]")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass () | ACL GETUSER alice => ['flags', ['on', 'nopass'], 'passwords', " +
        "[], 'commands', '-@all', 'keys', '', 'channels', '', 'selectors', [['commands', '-@all', " +
        "'keys', '', 'channels', '']]]")]
    [InlineData(
        "{7.0} HELLO 3 | ACL SETUSER alice on nopass (+get) | ACL GETUSER alice => {'flags' => ~['on', " +
        "'nopass'], 'passwords' => [], 'commands' => '-@all', 'keys' => '', 'channels' => '', " +
        "'selectors' => [{'commands' => '-@all +get', 'keys' => '', 'channels' => ''}]}")]
    public Task Rules_are_shown_as_they_were_given(string row) => CheckFreshAsync(row);

    [Theory]
    [InlineData("{7.0} ACL LIST => ['user default on nopass ~* &* +@all'] | ACL USERS => ['default']")]
    [InlineData(
        "{7.0} ACL SETUSER bob on >p ~a %R~b &c +get | ACL SETUSER alice | ACL LIST => ['user alice off " +
        "resetchannels -@all', 'user bob on " +
        "#148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940 ~a %R~b resetchannels &c " +
        "-@all +get', 'user default on nopass ~* &* +@all'] | ACL USERS => ['alice', 'bob', 'default']")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass +@all ~* &* (+set ~x &y) (+get) | ACL LIST => ['user alice on " +
        "nopass ~* &* +@all (~x resetchannels &y -@all +set) (resetchannels -@all +get)', 'user default " +
        "on nopass ~* &* +@all']")]
    [InlineData("ACL WHOAMI => 'default'")]
    [InlineData("ACL GETUSER nobody => $nil")]
    [InlineData("HELLO 3 | ACL GETUSER nobody => _")]
    public Task Users_are_listed(string row) => CheckFreshAsync(row);

    [Theory]
    [InlineData("ACL SETUSER alice foo => -ERR Error in ACL SETUSER modifier 'foo': Syntax error")]
    [InlineData(
        "ACL SETUSER alice +foo => -ERR Error in ACL SETUSER modifier '+foo': Unknown command or " +
        "category name in ACL")]
    [InlineData(
        "ACL SETUSER alice -foo => -ERR Error in ACL SETUSER modifier '-foo': Unknown command or " +
        "category name in ACL")]
    [InlineData(
        "ACL SETUSER alice +@foo => -ERR Error in ACL SETUSER modifier '+@foo': Unknown command or " +
        "category name in ACL")]
    [InlineData("ACL SETUSER alice +get| => -ERR Error in ACL SETUSER modifier '+get|': Syntax error")]
    [InlineData(
        "ACL SETUSER alice +config|foo => -ERR Error in ACL SETUSER modifier '+config|foo': Unknown " +
        "command or category name in ACL")]
    [InlineData(
        "ACL SETUSER alice -config|foo => -ERR Error in ACL SETUSER modifier '-config|foo': Unknown " +
        "command or category name in ACL")]
    [InlineData(
        "ACL SETUSER alice -select|0 => -ERR Error in ACL SETUSER modifier '-select|0': Unknown command " +
        "or category name in ACL")]
    [InlineData(
        "ACL SETUSER alice +foo|bar => -ERR Error in ACL SETUSER modifier '+foo|bar': Unknown command or " +
        "category name in ACL")]
    [InlineData(
        "ACL SETUSER alice +config|get|x => -ERR Error in ACL SETUSER modifier '+config|get|x': Allowing " +
        "first-arg of a subcommand is not supported")]
    [InlineData(
        "ACL SETUSER alice #abc => -ERR Error in ACL SETUSER modifier '#abc': The password hash must be " +
        "exactly 64 characters and contain only lowercase hexadecimal characters")]
    [InlineData(
        "ACL SETUSER alice !aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa => -ERR " +
        "Error in ACL SETUSER modifier " +
        "'!aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa': The password you are " +
        "trying to remove from the user does not exist")]
    [InlineData(
        "ACL SETUSER alice ~* ~x => -ERR Error in ACL SETUSER modifier '~x': Adding a pattern after the " +
        "* pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to " +
        "start with an empty list of patterns")]
    [InlineData(
        "ACL SETUSER alice allkeys %R~x => -ERR Error in ACL SETUSER modifier '%R~x': Adding a pattern " +
        "after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try " +
        "'resetkeys' to start with an empty list of patterns")]
    [InlineData(
        "ACL SETUSER alice allchannels &x => -ERR Error in ACL SETUSER modifier '&x': Adding a pattern " +
        "after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try " +
        "'resetchannels' to start with an empty list of channels")]
    [InlineData("ACL SETUSER alice '~a b' => -ERR Error in ACL SETUSER modifier '~a b': Syntax error")]
    [InlineData("ACL SETUSER alice '&a b' => -ERR Error in ACL SETUSER modifier '&a b': Syntax error")]
    [InlineData("ACL SETUSER alice %~x => -ERR Error in ACL SETUSER modifier '%~x': Syntax error")]
    [InlineData("ACL SETUSER alice %X~x => -ERR Error in ACL SETUSER modifier '%X~x': Syntax error")]
    [InlineData("ACL SETUSER alice %RR~x => -ERR Error in ACL SETUSER modifier '%RR~x': Syntax error")]
    [InlineData("ACL SETUSER alice %Rx => -ERR Error in ACL SETUSER modifier '%Rx': Syntax error")]
    [InlineData("ACL SETUSER alice (+get => -ERR Unmatched parenthesis in acl selector starting at '(+get'.")]
    [InlineData("ACL SETUSER alice (+get (+set) => -ERR Error in ACL SETUSER modifier '(+get (+set)': Syntax error")]
    [InlineData("ACL SETUSER alice (on) => -ERR Error in ACL SETUSER modifier '(on)': Syntax error")]
    [InlineData("ACL SETUSER alice ) => -ERR Error in ACL SETUSER modifier ')': Syntax error")]
    [InlineData(
        "ACL SETUSER alice (+foo ~x) => -ERR Error in ACL SETUSER modifier '(+foo ~x)': Unknown command " +
        "or category name in ACL")]
    [InlineData("ACL SETUSER 'a b' on => -ERR Usernames can't contain spaces or null characters")]
    [InlineData("ACL SETUSER => -ERR wrong number of arguments for 'acl|setuser' command")]
    [InlineData(
        "ACL SETUSER alice on ~a +get +foo => -ERR Error in ACL SETUSER modifier '+foo': Unknown command " +
        "or category name in ACL | ACL GETUSER alice => $nil")]
    [InlineData(
        "{7.0} ACL SETUSER alice on ~a | ACL SETUSER alice off ~b foo => -ERR Error in ACL SETUSER modifier " +
        "'foo': Syntax error | ACL GETUSER alice => ['flags', ['on'], 'passwords', [], 'commands', " +
        "'-@all', 'keys', '~a', 'channels', '', 'selectors', []]")]
    public Task Rules_that_make_no_sense_are_refused(string row) => CheckFreshAsync(row);

    [Theory]
    [InlineData("ACL SETUSER alice | ACL DELUSER alice bob => :1 | ACL USERS => ['default']")]
    [InlineData("ACL DELUSER default => -ERR The 'default' user cannot be removed")]
    [InlineData(
        "ACL SETUSER alice | ACL DELUSER alice default => -ERR The 'default' user cannot be removed | " +
        "ACL USERS => ['alice', 'default']")]
    [InlineData("ACL SETUSER alice on nopass +@all | @1 AUTH alice x | @1 ACL DELUSER alice => :1")]
    public Task Users_are_deleted_and_their_connections_closed(string row) => CheckFreshAsync(row);

    [Theory]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~a %R~b +@all -flushall | ACL DRYRUN alice GET a => +OK | ACL " +
        "DRYRUN alice get c => 'This user has no permissions to access the \\'c\\' key'")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~a %R~b +@all -flushall | ACL DRYRUN alice FLUSHALL => 'This user " +
        "has no permissions to run the \\'flushall\\' command' | ACL DRYRUN alice SET b v => 'This user " +
        "has no permissions to access the \\'b\\' key'")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~a +@all -config|set | ACL DRYRUN alice CONFIG SET a b => 'This " +
        "user has no permissions to run the \\'config|set\\' command' | ACL DRYRUN alice AUTH x => +OK")]
    [InlineData(
        "{7.0} ACL SETUSER alice on nopass ~a +@all | ACL DRYRUN alice COPY a b => 'This user has no " +
        "permissions to access the \\'b\\' key' | ACL DRYRUN alice BITOP AND a a z => 'This user has no " +
        "permissions to access the \\'z\\' key'")]
    [InlineData("ACL DRYRUN nobody GET a => -ERR User 'nobody' not found")]
    [InlineData("ACL DRYRUN default FOO a => -ERR Command 'FOO' not found")]
    [InlineData("ACL DRYRUN default CONFIG FOO => -ERR Command 'CONFIG' not found")]
    [InlineData("ACL DRYRUN default GET => -ERR wrong number of arguments for 'get' command")]
    [InlineData("ACL DRYRUN default CONFIG => -ERR wrong number of arguments for 'config' command")]
    public Task Calls_are_tried_without_being_run(string row) => CheckFreshAsync(row);

    [Theory]
    [InlineData(
        "ACL CAT => ['keyspace', 'read', 'write', 'set', 'sortedset', 'list', 'hash', 'string', " +
        "'bitmap', 'hyperloglog', 'geo', 'stream', 'pubsub', 'admin', 'fast', 'slow', 'blocking', " +
        "'dangerous', 'connection', 'transaction', 'scripting'<any>]")]
    [InlineData("ACL CAT transaction =~> ['discard', 'exec', 'multi', 'unwatch', 'watch']")]
    [InlineData("ACL CAT TRANSACTION => [<any>'multi'<any>]")]
    [InlineData("ACL CAT nope => -ERR Unknown category 'nope'")]
    [InlineData("ACL CAT a b => -ERR unknown subcommand or wrong number of arguments for 'CAT'. Try ACL HELP.")]
    [InlineData(
        "ACL GENPASS 0 => -ERR ACL GENPASS argument must be the number of bits for the output password, " +
        "a positive number up to 4096")]
    [InlineData(
        "ACL GENPASS 4097 => -ERR ACL GENPASS argument must be the number of bits for the output " +
        "password, a positive number up to 4096")]
    [InlineData("ACL GENPASS x => -ERR value is not an integer or out of range")]
    [InlineData(
        "ACL genpass 1 2 => -ERR unknown subcommand or wrong number of arguments for 'genpass'. Try ACL " +
        "HELP.")]
    [InlineData("ACL FOO => -ERR unknown subcommand 'FOO'. Try ACL HELP.")]
    [InlineData("ACL => -ERR wrong number of arguments for 'acl' command")]
    [InlineData("ACL HELP => [<any>")]
    [InlineData(
        "ACL LOAD => -ERR This Redis instance is not configured to use an ACL file. You may want to " +
        "specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a " +
        "Redis configuration file set) in order to store users in the Redis configuration.")]
    [InlineData(
        "ACL SAVE => -ERR This Redis instance is not configured to use an ACL file. You may want to " +
        "specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a " +
        "Redis configuration file set) in order to store users in the Redis configuration.")]
    [InlineData(
        "CONFIG GET aclfile => ['aclfile', ''] | CONFIG SET aclfile x => -ERR CONFIG SET failed " +
        "(possibly related to argument 'aclfile') - can't set immutable config")]
    public Task Categories_and_passwords_are_told(string row) => CheckFreshAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistAclUser(BitmapistServer server) : AclUserSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisAclUser(RedisServer server) : AclUserSpec(server), IClassFixture<RedisServer>;
