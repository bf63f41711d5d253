using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Strings;

/// <summary>redis.io/commands/append and setrange: parts of a string written.</summary>
public abstract class BytesSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("""APPEND k a => :1 | APPEND k bc => :3 | GET k => 'abc' | APPEND k "" => :3 | GET k => 'abc'""")]
    [InlineData("""APPEND missing "" => :0 | EXISTS missing => :1 | GET missing => '' | APPEND missing "" => :0""")]
    [InlineData("SET k hello EX 100 | APPEND k x => :6 | TTL k => :<int 99..100> | GET k => 'hellox'")]
    [InlineData("SETBIT k 4294967287 0 | STRLEN k => :536870911 | APPEND k a => :536870912 | BITCOUNT k => :3"
        + " | BITPOS k 1 => :4294967289")]
    [InlineData("SETBIT k 70000 1 | APPEND k \"\\xff\\x00\\x01\" => :8754 | BITCOUNT k => :10 | GETBIT k 70031 => :1"
        + " | GETRANGE k -4 -1 => '\\x80\\xff\\x00\\x01'")]
    [InlineData("SET k a PX 20 | {sleep 40} | APPEND k b => :1")]
    [InlineData("""MULTI | APPEND k ab | SETRANGE k 1 xyz | APPEND k "" | GET k | EXEC => [:2, :4, :4, 'axyz']""")]
    [InlineData("""BITOP NOT d s | SETBIT s 7 1 | BITOP NOT d s | APPEND d a => :2 | GET d => '\xfea'""")]
    [InlineData("APPEND => -ERR wrong number of arguments for 'append' command"
        + " | APPEND k => -ERR wrong number of arguments for 'append' command"
        + " | APPEND k a b => -ERR wrong number of arguments for 'append' command")]
    public Task Append_puts_bytes_behind_the_end(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SETRANGE k 5 hi => :7 | GET k => '\\x00\\x00\\x00\\x00\\x00hi' | SETRANGE k 0 ab => :7"
        + " | GET k => 'ab\\x00\\x00\\x00hi' | SETRANGE k 6 xyz => :9 | GET k => 'ab\\x00\\x00\\x00hxyz'")]
    [InlineData("SET k Hello | SETRANGE k 1 a => :5 | GET k => 'Hallo' | SETRANGE k 0 \"\\x00\\x00\\x00\" => :5"
        + " | GET k => '\\x00\\x00\\x00lo'")]
    [InlineData("SET k hello EX 100 | SETRANGE k 1 a => :5 | TTL k => :<int 99..100>")]
    [InlineData("""SETRANGE m 3 "" => :0 | EXISTS m => :0 | SET k v | SETRANGE k 9 "" => :1""")]
    [InlineData("SETRANGE k 8190 abcd => :8194 | BITCOUNT k => :13 | GETRANGE k 8189 -1 => '\\x00abcd'"
        + " | SETRANGE k 8191 \"\\x00\\x00\" => :8194 | BITCOUNT k => :6")]
    [InlineData("SETRANGE k 400000000 x => :400000001 | BITCOUNT k => :4 | SETRANGE k 0 x => :400000001"
        + " | BITPOS k 1 10 => :3200000001")]
    [InlineData("SETRANGE k 100 {x*70000} => :70100 | BITCOUNT k => :280000 | SETRANGE k 3 {y*20000} => :70100"
        + " | BITCOUNT k => :300388 | GETRANGE k 20001 20004 => 'yyxx'")]
    public Task Setrange_writes_over_bytes(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SETRANGE k 536870911 a => :536870912"
        + " | SETRANGE k 536870911 ab => -ERR string exceeds maximum allowed size (proto-max-bulk-len)"
        + " | SETRANGE k 536870912 \"\" => :536870912"
        + " | APPEND k a => -ERR string exceeds maximum allowed size (proto-max-bulk-len)")]
    [InlineData("SETRANGE m 536870912 a => -ERR string exceeds maximum allowed size (proto-max-bulk-len)"
        + " | SETRANGE m 9223372036854775807 ab => -ERR string exceeds maximum allowed size"
        + " (proto-max-bulk-len) | EXISTS m => :0")]
    [InlineData("SETRANGE k -1 x => -ERR offset is out of range"
        + " | SETRANGE k x y => -ERR value is not an integer or out of range"
        + " | SETRANGE m -1 \"\" => -ERR offset is out of range"
        + " | SETRANGE k 1 => -ERR wrong number of arguments for 'setrange' command"
        + " | SETRANGE k 9223372036854775808 a => -ERR value is not an integer or out of range")]
    public Task Refuses_strings_that_would_be_too_long(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""SET k v | WATCH k | @1 APPEND k "" => :1 | MULTI | EXEC => *nil""")]
    [InlineData("""SET k v | WATCH k | @1 SETRANGE k 0 "" => :1 | MULTI | EXEC => []""")]
    [InlineData("SET k v | WATCH k | @1 SETRANGE k 0 v => :1 | MULTI | EXEC => *nil")]
    [InlineData("""WATCH k | @1 SETRANGE k 0 "" => :0 | MULTI | EXEC => []""")]
    [InlineData("""WATCH k | @1 APPEND k "" => :0 | MULTI | EXEC => *nil""")]
    public Task A_watch_sees_what_they_write(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistBytes(BitmapistServer server) : BytesSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisBytes(RedisServer server) : BytesSpec(server), IClassFixture<RedisServer>;
