using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Keys;

/// <summary>redis.io/commands/object: what a server knows of a key beside its value.</summary>
public abstract class ObjectSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("SET k 1 | OBJECT ENCODING k => 'int' | SET k {a*44} | OBJECT ENCODING k => 'embstr'"
        + " | SET k {a*45} | OBJECT ENCODING k => 'raw'")]
    [InlineData("SET k 9223372036854775807 | OBJECT ENCODING k => 'int' | SET k 9223372036854775808"
        + " | OBJECT ENCODING k => 'embstr'")]
    [InlineData("SET k -0 | OBJECT ENCODING k => 'embstr' | SET k \"\" | object encoding k => 'embstr'"
        + " | SET k \" 1\" | OBJECT ENCODING k => 'embstr'")]
    [InlineData("INCR k | OBJECT ENCODING k => 'int' | MSET x 1 y a | OBJECT ENCODING x => 'int' | GETSET x 22"
        + " | OBJECT ENCODING x => 'int' | OBJECT ENCODING y => 'embstr'")]
    [InlineData("SET k -9223372036854775808 | OBJECT ENCODING k => 'int' | COPY k j | OBJECT ENCODING j => 'int'"
        + " | RENAME j l | OBJECT ENCODING l => 'int'")]
    [InlineData("SETBIT k 4294967295 1 | OBJECT ENCODING k => 'raw' | SETBIT j 400 1 | OBJECT ENCODING j => 'raw'")]
    public Task Encoding_follows_what_was_set(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k 1 | OBJECT REFCOUNT k => :2147483647 | SET k 9999 | OBJECT REFCOUNT k => :2147483647"
        + " | SET k 10000 | OBJECT REFCOUNT k => :1")]
    [InlineData("SET k -1 | OBJECT REFCOUNT k => :1 | SET k a | OBJECT REFCOUNT k => :1 | SET k 01"
        + " | OBJECT REFCOUNT k => :1")]
    [InlineData("SET k 1 | OBJECT IDLETIME k => :<int 0..5>"
        + " | OBJECT FREQ k => -ERR An LFU maxmemory policy is not selected, access frequency not tracked."
        + " Please note that when switching between policies at runtime LRU and LFU data will take some time"
        + " to adjust.")]
    [InlineData("MULTI | SET k 12 | OBJECT ENCODING k | OBJECT REFCOUNT k | EXEC => [+OK, 'int', :2147483647]")]
    public Task References_idle_time_and_frequency(string row) => CheckAsync(row);

    [Theory]
    [InlineData("OBJECT ENCODING missing => $nil | OBJECT FREQ missing => $nil | OBJECT IDLETIME missing => $nil"
        + " | OBJECT REFCOUNT missing => $nil")]
    [InlineData("HELLO 3 | OBJECT ENCODING missing => _ | SET k v PX 20 | {sleep 40} | OBJECT ENCODING k => _")]
    public Task A_missing_key_has_none_of_them(string row) => CheckAsync(row);

    [Theory]
    [InlineData("OBJECT => -ERR wrong number of arguments for 'object' command"
        + " | OBJECT FOO => -ERR unknown subcommand 'FOO'. Try OBJECT HELP."
        + " | OBJECT ENCODING => -ERR wrong number of arguments for 'object|encoding' command"
        + " | OBJECT ENCODING k k => -ERR wrong number of arguments for 'object|encoding' command"
        + " | OBJECT HELP x => -ERR wrong number of arguments for 'object|help' command")]
    public Task Refuses_what_is_malformed(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistObject(BitmapistServer server) : ObjectSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisObject(RedisServer server) : ObjectSpec(server), IClassFixture<RedisServer>;
