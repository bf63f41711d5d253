using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Strings;

/// <summary>redis.io/commands/getdel, getex and getset: a string and what becomes of its key.</summary>
public abstract class GetAndSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("GETDEL missing => $nil | SET k v | GETDEL k => 'v' | EXISTS k => :0 | GETDEL k => $nil")]
    [InlineData("SET k v | MULTI | GETDEL k | GETDEL k | EXEC => ['v', $nil]")]
    [InlineData("HELLO 3 | GETDEL missing => _")]
    [InlineData("SETBIT k 100 1 | STRLEN k => :13"
        + " | GETDEL k => '\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x08' | GETBIT k 100 => :0")]
    [InlineData("GETDEL => -ERR wrong number of arguments for 'getdel' command"
        + " | GETDEL k k => -ERR wrong number of arguments for 'getdel' command")]
    [InlineData("SET k v PX 20 | {sleep 40} | GETDEL k => $nil")]
    public Task Getdel_replies_the_string_and_removes_the_key(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v EX 100 | GETSET k w => 'v' | TTL k => :-1 | GET k => 'w' | GETSET new x => $nil"
        + " | GET new => 'x'")]
    [InlineData("GETSET k \"\" => $nil | GETSET k x => ''"
        + " | GETSET k => -ERR wrong number of arguments for 'getset' command"
        + " | GETSET k x y => -ERR wrong number of arguments for 'getset' command")]
    [InlineData("MULTI | GETSET k 1 | GETSET k 2 | GETSET k 3 | EXEC => [$nil, '1', '2']")]
    public Task Getset_replies_the_former_string_and_drops_the_expiry(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | GETEX k => 'v' | TTL k => :-1 | GETEX k EX 100 => 'v' | TTL k => :<int 99..100>"
        + " | GETEX k => 'v' | TTL k => :<int 99..100>")]
    [InlineData("SET k v | GETEX k PX 100000 => 'v' | PTTL k => :<int 90000..100000> | GETEX k PERSIST => 'v'"
        + " | TTL k => :-1")]
    [InlineData("SET k v | GETEX k EXAT 4102444800 => 'v' | EXPIRETIME k => :4102444800"
        + " | GETEX k PXAT 4102444800123 => 'v' | PEXPIRETIME k => :4102444800123")]
    [InlineData("SET k v | GETEX k exat 1 => 'v' | EXISTS k => :0 | SET k v | GETEX k PXAT 1 => 'v' | EXISTS k => :0")]
    [InlineData("SET k v | GETEX k EX 10 EX 20 => 'v' | TTL k => :<int 19..20> | GETEX k PERSIST PERSIST => 'v'")]
    [InlineData("GETEX missing => $nil | GETEX missing EX 10 => $nil | EXISTS missing => :0")]
    [InlineData("MULTI | SET k v | GETEX k EX 100 | GETEX k PERSIST | TTL k | EXEC => [+OK, 'v', 'v', :-1]")]
    [InlineData("HELLO 3 | GETEX missing => _")]
    public Task Getex_sets_or_removes_the_expiry(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | GETEX k EX 0 => -ERR invalid expire time in 'getex' command"
        + " | GETEX k EX -1 => -ERR invalid expire time in 'getex' command"
        + " | GETEX k PXAT 0 => -ERR invalid expire time in 'getex' command | TTL k => :-1")]
    [InlineData("SET k v | GETEX k EX x => -ERR value is not an integer or out of range"
        + " | GETEX k EX 9223372036854775807 => -ERR invalid expire time in 'getex' command")]
    [InlineData("SET k v | GETEX k PX 9223372036854775807 => -ERR invalid expire time in 'getex' command"
        + " | GETEX k EXAT 9223372036854775 => 'v'")]
    [InlineData("GETEX missing EX x => $nil | GETEX missing EX 0 => $nil")]
    public Task Getex_refuses_times_that_are_none(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | GETEX k EX => -ERR syntax error | GETEX k PERSIST EX 10 => -ERR syntax error"
        + " | GETEX k EX 10 PERSIST => -ERR syntax error")]
    [InlineData("SET k v | GETEX k FOO => -ERR syntax error | GETEX k EX 10 PX 10 => -ERR syntax error"
        + " | GETEX k KEEPTTL => -ERR syntax error")]
    [InlineData("SET k v | GETEX k NX => -ERR syntax error | GETEX k GET => -ERR syntax error"
        + " | GETEX k PERSIST EX => -ERR syntax error | GETEX missing FOO => -ERR syntax error")]
    [InlineData("GETEX => -ERR wrong number of arguments for 'getex' command")]
    public Task Getex_refuses_options_that_do_not_go_together(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | WATCH k | @1 GETEX k => 'v' | MULTI | EXEC => []")]
    [InlineData("SET k v | WATCH k | @1 GETEX k EX 10 => 'v' | MULTI | EXEC => *nil")]
    [InlineData("SET k v EX 100 | WATCH k | @1 GETEX k PERSIST => 'v' | MULTI | EXEC => *nil")]
    [InlineData("SET k v | WATCH k | @1 GETEX k PERSIST => 'v' | MULTI | EXEC => []")]
    [InlineData("SET k v | WATCH k | @1 GETDEL k => 'v' | MULTI | EXEC => *nil")]
    [InlineData("WATCH k | @1 GETDEL k => $nil | MULTI | EXEC => []")]
    [InlineData("SET k v | WATCH k | @1 GETSET k v => 'v' | MULTI | EXEC => *nil")]
    public Task A_watch_sees_what_they_change(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistGetAnd(BitmapistServer server) : GetAndSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisGetAnd(RedisServer server) : GetAndSpec(server), IClassFixture<RedisServer>;
