using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Keys;

/// <summary>redis.io/commands/sort and sort_ro, where there are only strings.</summary>
public abstract class SortSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("SORT missing => [] | SORT_RO missing => [] | SORT missing LIMIT 0 1 => []"
        + " | SORT missing asc ALPHA => []")]
    [InlineData("SORT missing DESC ALPHA BY nosort GET x GET # => [] | SORT_RO missing BY w_* GET # => []")]
    [InlineData("SET d v | SORT missing STORE d => :0 | EXISTS d => :0 | SORT missing STORE d => :0")]
    [InlineData("MULTI | SET d v | SORT missing STORE d | EXISTS d | EXEC => [+OK, :0, :0]")]
    [InlineData("SET k v PX 20 | {sleep 40} | SORT k => []")]
    public Task A_missing_key_has_nothing_to_sort(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | SORT k => -WRONGTYPE Operation against a key holding the wrong kind of value"
        + " | SORT_RO k => -WRONGTYPE Operation against a key holding the wrong kind of value"
        + " | SORT k STORE k2 => -WRONGTYPE Operation against a key holding the wrong kind of value"
        + " | SORT k STORE k => -WRONGTYPE Operation against a key holding the wrong kind of value"
        + " | GET k => 'v'")]
    public Task A_string_is_of_the_wrong_type(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | SORT missing FOO => -ERR syntax error | SORT k FOO => -ERR syntax error"
        + " | SORT k BY => -ERR syntax error | SORT missing LIMIT 0 => -ERR syntax error"
        + " | SORT missing GET => -ERR syntax error")]
    [InlineData("SORT missing LIMIT 0 x => -ERR value is not an integer or out of range"
        + " | SORT k LIMIT x y => -ERR value is not an integer or out of range"
        + " | SORT_RO missing STORE x => -ERR syntax error | SORT missing STORE => -ERR syntax error")]
    [InlineData("SORT => -ERR wrong number of arguments for 'sort' command"
        + " | SORT_RO => -ERR wrong number of arguments for 'sort_ro' command")]
    public Task Refuses_what_is_malformed(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET d v | WATCH d | @1 SORT missing STORE d => :0 | MULTI | EXEC => *nil")]
    [InlineData("WATCH d | @1 SORT missing STORE d => :0 | MULTI | EXEC => []")]
    public Task A_watch_sees_what_is_removed(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistSort(BitmapistServer server) : SortSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisSort(RedisServer server) : SortSpec(server), IClassFixture<RedisServer>;
