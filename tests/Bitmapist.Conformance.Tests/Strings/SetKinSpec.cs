using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Strings;

/// <summary>redis.io/commands/setex, psetex and setnx: what SET's options do, as commands.</summary>
public abstract class SetKinSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("SETEX k 100 v => +OK | TTL k => :<int 99..100> | GET k => 'v' | SETEX k 200 w => +OK"
        + " | TTL k => :<int 199..200>")]
    [InlineData("PSETEX k 100000 v => +OK | PTTL k => :<int 90000..100000> | GET k => 'v'")]
    [InlineData("PSETEX k 20 v => +OK | {sleep 40} | EXISTS k => :0")]
    [InlineData("SETEX k 9223370000000000 v => +OK | PERSIST k => :1")]
    public Task Setex_sets_for_a_while(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SETEX k 0 v => -ERR invalid expire time in 'setex' command"
        + " | SETEX k -1 v => -ERR invalid expire time in 'setex' command"
        + " | SETEX k x v => -ERR value is not an integer or out of range | EXISTS k => :0")]
    [InlineData("SETEX k 9223372036854775807 v => -ERR invalid expire time in 'setex' command"
        + " | SETEX k 9223372036854775 v => -ERR invalid expire time in 'setex' command")]
    [InlineData("PSETEX k 0 v => -ERR invalid expire time in 'psetex' command"
        + " | PSETEX k x v => -ERR value is not an integer or out of range"
        + " | PSETEX k 9223372036854775807 v => -ERR invalid expire time in 'psetex' command")]
    [InlineData("SETEX k 1 => -ERR wrong number of arguments for 'setex' command"
        + " | PSETEX k => -ERR wrong number of arguments for 'psetex' command"
        + " | SETEX k 1 v v => -ERR wrong number of arguments for 'setex' command")]
    public Task Setex_refuses_times_that_are_none(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SETNX k v => :1 | SETNX k w => :0 | GET k => 'v'"
        + " | SETNX k => -ERR wrong number of arguments for 'setnx' command")]
    [InlineData("SET k v PX 20 | {sleep 40} | SETNX k w => :1 | TTL k => :-1")]
    [InlineData("MULTI | SETNX k 1 | SETNX k 2 | GET k | EXEC => [:1, :0, '1']")]
    [InlineData("SET k v | WATCH k | @1 SETNX k w => :0 | MULTI | EXEC => []")]
    [InlineData("WATCH k | @1 SETNX k w => :1 | MULTI | EXEC => *nil")]
    public Task Setnx_sets_what_is_missing(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistSetKin(BitmapistServer server) : SetKinSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisSetKin(RedisServer server) : SetKinSpec(server), IClassFixture<RedisServer>;
