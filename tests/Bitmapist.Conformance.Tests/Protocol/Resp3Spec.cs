using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Protocol;

/// <summary>RESP3 replies whose form differs from RESP2 (redis-specifications, protocol/RESP3.md).</summary>
public abstract class Resp3Spec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("HELLO 3 | GET missing => _")]
    [InlineData("HELLO 3 | SET k v NX => +OK | SET k v NX => _")]
    [InlineData("HELLO 3 | SET k w GET => _ | SET k w GET => 'w'")]
    [InlineData("HELLO 3 | RANDOMKEY => _")]
    [InlineData("HELLO 3 | CLIENT GETNAME => _")]
    [InlineData("HELLO 3 | WATCH k | @1 SET k v | MULTI | GET k | EXEC => _")]
    [InlineData("HELLO 3 | MULTI | GET missing | PING | EXEC => [_, +PONG]")]
    public Task Nil_is_one_kind(string row) => CheckAsync(row);

    [Theory]
    [InlineData("HELLO 3 | CONFIG GET timeout => {'timeout' => '0'}")]
    [InlineData(
        "HELLO 3 " +
        "| COMMAND INFO get => [['get', :2, ~[+readonly, +fast], :1, :1, :1, ~[+@read, +@string, +@fast], " +
        "~[], ~[{'flags' => ~[+RO, +access], 'begin_search' => {'type' => 'index', 'spec' => {'index' => " +
        ":1}}, 'find_keys' => {'type' => 'range', 'spec' => {'lastkey' => :0, 'keystep' => :1, 'limit' => " +
        ":0}}}], ~[]]]")]
    [InlineData("HELLO 3 | COMMAND DOCS nosuch => {}")]
    [InlineData("""HELLO 3 | INFO keyspace => =txt:'# Keyspace\r\n'""")]
    [InlineData("HELLO 3 | CLIENT LIST ID 999999 => =txt:''")]
    [InlineData("""HELLO 3 | CLIENT LIST => =txt:'id=<int> <any>\n'""")]
    public Task Maps_and_sets_and_verbatim_text(string row) => CheckAsync(row);

    [Theory]
    [InlineData("HELLO 3 | PING => +PONG | PING x => 'x' | ECHO x => 'x'")]
    [InlineData(
        "HELLO 3 | SETBIT k 7 1 => :0 | GETBIT k 7 => :1 | BITCOUNT k => :1 | BITPOS k 0 => :0 " +
        "| BITOP NOT d k => :1")]
    [InlineData(
        "HELLO 3 | SET k v => +OK | GET k => 'v' | STRLEN k => :1 | EXISTS k => :1 | TYPE k => +string " +
        "| DEL k => :1")]
    [InlineData("HELLO 3 | EXPIRE k 10 => :0 | TTL k => :-2 | PERSIST k => :0")]
    [InlineData("HELLO 3 | SET k v | KEYS * => ['k'] | SCAN 0 => ['0', ['k']] | DBSIZE => :1 | RANDOMKEY => 'k'")]
    [InlineData("HELLO 3 | MULTI => +OK | SET k v => +QUEUED | EXEC => [+OK]")]
    [InlineData("HELLO 3 | TIME => ['<int>', '<int>'] | LASTSAVE => :<int> | CLIENT ID => :<int>")]
    [InlineData(
        "HELLO 3 | COMMAND GETKEYS BITOP AND d a => ['d', 'a'] " +
        "| COMMAND LIST FILTERBY PATTERN getbit => ['getbit']")]
    [InlineData(
        "HELLO 3 | NOSUCH => -ERR unknown command 'NOSUCH', with args beginning with:  " +
        "| GET => -ERR wrong number of arguments for 'get' command " +
        "| SETBIT k x 1 => -ERR bit offset is not an integer or out of range " +
        "| HELLO 9 => -NOPROTO unsupported protocol version")]
    [InlineData(
        "HELLO 3 " +
        "| AUTH x => -ERR AUTH <password> called without any password configured for the default user. Are " +
        "you sure your configuration is correct? " +
        "| SELECT 99 => -ERR DB index is out of range | SELECT 1 => +OK")]
    public Task The_rest_is_as_in_RESP2(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistResp3(BitmapistServer server) : Resp3Spec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisResp3(RedisServer server) : Resp3Spec(server), IClassFixture<RedisServer>;
