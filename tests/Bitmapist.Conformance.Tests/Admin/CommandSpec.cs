using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Admin;

/// <summary>
/// redis.io/commands/command: what the server says about its commands. Per command see CommandInfoSpec.
/// </summary>
public abstract class CommandSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("COMMAND COUNT => :<int 50..500>")]
    [InlineData("COMMAND COUNT x => -ERR wrong number of arguments for 'command|count' command")]
    public Task Counts_commands(string row) => CheckAsync(row);

    [Theory]
    [InlineData("COMMAND INFO nosuch => [$nil]")]
    [InlineData("COMMAND INFO nosuch another => [$nil, $nil]")]
    [InlineData("""COMMAND INFO "" => [$nil]""")]
    [InlineData("COMMAND INFO get nosuch => [['get', :2, <any>]], []], $nil]")]
    [InlineData("COMMAND INFO GET => [['get', <any>")]
    [InlineData("COMMAND INFO client|nosuch => [$nil]")]
    [InlineData("COMMAND INFO get|x => [$nil]")]
    [InlineData("command info client|id => [['client|id', <any>")]
    [InlineData("HELLO 3 | COMMAND INFO nosuch => [_]")]
    [InlineData(
        "HELLO 3 " +
        "| COMMAND INFO ping => [['ping', :-1, ~[+fast], :0, :0, :0, ~[+@fast, +@connection], " +
        "~['request_policy:all_shards', 'response_policy:all_succeeded'], ~[], ~[]]]")]
    public Task Describes_commands_by_name(string row) => CheckAsync(row);

    [Theory]
    [InlineData("COMMAND LIST FILTERBY PATTERN getb* => ['getbit']")]
    [InlineData("COMMAND LIST FILTERBY PATTERN GETB* => ['getbit']")]
    [InlineData("COMMAND LIST FILTERBY PATTERN client|id => ['client|id']")]
    [InlineData("{7.0} COMMAND LIST FILTERBY PATTERN *expiretime =~> ['expiretime', 'pexpiretime']")]
    [InlineData("COMMAND LIST FILTERBY PATTERN nosuch => []")]
    [InlineData("COMMAND LIST FILTERBY MODULE nosuch => []")]
    [InlineData("COMMAND LIST FILTERBY ACLCAT nosuch => []")]
    [InlineData("COMMAND LIST filterby pattern getbit => ['getbit']")]
    [InlineData("COMMAND LIST => [<any>'get'<any>]")]
    [InlineData("COMMAND LIST FILTERBY ACLCAT transaction =~> ['discard', 'exec', 'multi', 'unwatch', 'watch']")]
    public Task Lists_names(string row) => CheckAsync(row);

    [Theory]
    [InlineData("COMMAND LIST FOO => -ERR syntax error")]
    [InlineData("COMMAND LIST FILTERBY => -ERR syntax error")]
    [InlineData("COMMAND LIST FILTERBY PATTERN => -ERR syntax error")]
    [InlineData("COMMAND LIST FILTERBY FOO x => -ERR syntax error")]
    [InlineData("COMMAND LIST FILTERBY PATTERN a b => -ERR syntax error")]
    public Task Refuses_other_filters(string row) => CheckAsync(row);

    [Theory]
    [InlineData("COMMAND GETKEYS GET k => ['k']")]
    [InlineData("COMMAND GETKEYS SETBIT k 1 1 => ['k']")]
    [InlineData("COMMAND GETKEYS BITOP AND d a b => ['d', 'a', 'b']")]
    [InlineData("COMMAND GETKEYS DEL a b c => ['a', 'b', 'c']")]
    [InlineData("COMMAND GETKEYS COPY a b => ['a', 'b']")]
    [InlineData("COMMAND GETKEYS RENAME a b => ['a', 'b']")]
    [InlineData("COMMAND GETKEYS SET k v EX 10 => ['k']")]
    [InlineData("COMMAND GETKEYS WATCH a b => ['a', 'b']")]
    [InlineData("COMMAND GETKEYS SORT a => ['a'] | COMMAND GETKEYS SORT a STORE => ['a']")]
    [InlineData("COMMAND GETKEYS SORT a STORE b ALPHA => ['a', 'b']")]
    [InlineData("COMMAND GETKEYS SORT a GET STORE LIMIT 0 1 STORE b STORE c => ['a', 'c']")]
    [InlineData("COMMAND GETKEYSANDFLAGS SORT a STORE b => [['a', [+RO, +access]], ['b', [+OW, +update]]]")]
    [InlineData("COMMAND GETKEYS bitcount k 0 1 => ['k']")]
    [InlineData("""COMMAND GETKEYS EXISTS "\x00\xff" => ['\x00\xff']""")]
    public Task Finds_keys_in_a_command(string row) => CheckAsync(row);

    [Theory]
    [InlineData("COMMAND GETKEYS => -ERR wrong number of arguments for 'command|getkeys' command")]
    [InlineData("{7.0} COMMAND GETKEYS GET => -ERR wrong number of arguments for 'command|getkeys' command")]
    [InlineData("{7.0} COMMAND GETKEYS PING => -ERR wrong number of arguments for 'command|getkeys' command")]
    [InlineData("COMMAND GETKEYS PING x => -ERR The command has no key arguments")]
    [InlineData("COMMAND GETKEYS ECHO x => -ERR The command has no key arguments")]
    [InlineData("COMMAND GETKEYS KEYS * => -ERR The command has no key arguments")]
    [InlineData("COMMAND GETKEYS SCAN 0 => -ERR The command has no key arguments")]
    [InlineData("COMMAND GETKEYS NOSUCH k => -ERR Invalid command specified")]
    [InlineData("COMMAND GETKEYS SET k => -ERR Invalid number of arguments specified for command")]
    [InlineData("COMMAND GETKEYS GET k k => -ERR Invalid number of arguments specified for command")]
    [InlineData("COMMAND GETKEYS CLIENT FOO => -ERR Invalid command specified")]
    [InlineData("COMMAND GETKEYS CLIENT ID => -ERR The command has no key arguments")]
    public Task Refuses_commands_without_keys(string row) => CheckAsync(row);

    [Theory]
    [InlineData("COMMAND DOCS nosuch => []")]
    [InlineData("COMMAND DOCS getbit => ['getbit', ['summary', '<any>', 'since', '2.2.0', 'group', 'bitmap'<any>]]")]
    [InlineData("COMMAND DOCS GETBIT => ['getbit', ['summary', '<any>")]
    [InlineData("COMMAND DOCS getbit nosuch setbit => ['getbit', ['summary', <any>'setbit', ['summary', <any>]]")]
    [InlineData(
        "HELLO 3 " +
        "| COMMAND DOCS getbit => {'getbit' => {'summary' => '<any>', 'since' => '2.2.0', 'group' => " +
        "'bitmap'<any>}}")]
    [InlineData("HELLO 3 | COMMAND DOCS nosuch => {}")]
    public Task Documents_commands(string row) => CheckAsync(row);

    [Theory]
    [InlineData("COMMAND FOO => -ERR unknown subcommand 'FOO'. Try COMMAND HELP.")]
    [InlineData("""COMMAND "" => -ERR unknown subcommand ''. Try COMMAND HELP.""")]
    public Task Refuses_other_subcommands(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistCommand(BitmapistServer server) : CommandSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisCommand(RedisServer server) : CommandSpec(server), IClassFixture<RedisServer>;
