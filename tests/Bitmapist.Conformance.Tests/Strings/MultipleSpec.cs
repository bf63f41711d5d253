using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Strings;

/// <summary>redis.io/commands/mget, mset and msetnx: several keys at one instant.</summary>
public abstract class MultipleSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("MSET a 1 b 2 => +OK | MGET a b c a => ['1', '2', $nil, '1'] | MGET c => [$nil]")]
    [InlineData("MSET a 1 a 2 => +OK | GET a => '2' | SET b x EX 100 | MSET b y => +OK | TTL b => :-1")]
    [InlineData("""HELLO 3 | MSET a "" => +OK | MGET a b => ['', _]""")]
    [InlineData("SETBIT k 60 1"
        + " | MGET k k => ['\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x08', '\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x08']")]
    [InlineData("MULTI | MGET a | HELLO 3 | MGET a | EXEC => <any>[$nil]<any>[_]]")]
    [InlineData("MULTI | MSET a 1 b 2 | MGET b a | MSET a 3 | MGET a b c"
        + " | EXEC => [+OK, ['2', '1'], +OK, ['3', '2', $nil]]")]
    [InlineData("SET k v PX 20 | {sleep 40} | MGET k => [$nil]")]
    [InlineData("MSET a 1 | SELECT 1 | MSET a 2 | MGET a => ['2'] | SELECT 0 | MGET a => ['1']")]
    [InlineData("MSET a {x*70000} b 1 | STRLEN a => :70000 | GETRANGE a -1 -1 => 'x'")]
    public Task Mset_sets_and_mget_reads_several_keys(string row) => CheckAsync(row);

    [Theory]
    [InlineData("MSETNX a 1 b 2 => :1 | MSETNX c 1 a 3 => :0 | MGET a b c => ['1', '2', $nil]")]
    [InlineData("MSETNX d 1 d 2 => :1 | GET d => '2'")]
    [InlineData("SET k v PX 20 | {sleep 40} | MSETNX k w j x => :1 | MGET k j => ['w', 'x'] | TTL k => :-1")]
    public Task Msetnx_sets_all_or_nothing(string row) => CheckAsync(row);

    [Theory]
    [InlineData("MSET a => -ERR wrong number of arguments for 'mset' command"
        + " | MSET a 1 b => -ERR wrong number of arguments for 'mset' command"
        + " | MSET => -ERR wrong number of arguments for 'mset' command | EXISTS a => :0")]
    [InlineData("MSETNX a => -ERR wrong number of arguments for 'msetnx' command"
        + " | MSETNX a 1 b => -ERR wrong number of arguments for 'msetnx' command"
        + " | MSETNX => -ERR wrong number of arguments for 'msetnx' command"
        + " | MGET => -ERR wrong number of arguments for 'mget' command")]
    [InlineData("MULTI | MSET a 1 b | EXEC => [-ERR wrong number of arguments for 'mset' command]")]
    [InlineData("MULTI | MSET a => -ERR wrong number of arguments for 'mset' command"
        + " | EXEC => -EXECABORT Transaction discarded because of previous errors.")]
    public Task Refuses_a_key_without_a_value(string row) => CheckAsync(row);

    [Theory]
    [InlineData("WATCH k | @1 MSETNX j 1 k 2 => :1 | MULTI | EXEC => *nil")]
    [InlineData("SET k v | WATCH k | @1 MSETNX j 1 k 2 => :0 | MULTI | EXEC => []")]
    [InlineData("SET k v | WATCH k | @1 MSET j 1 k v => +OK | MULTI | EXEC => *nil")]
    [InlineData("SET k v | WATCH k | @1 MGET k => ['v'] | MULTI | EXEC => []")]
    public Task A_watch_sees_what_they_set(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistMultiple(BitmapistServer server) : MultipleSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisMultiple(RedisServer server) : MultipleSpec(server), IClassFixture<RedisServer>;
