using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Strings;

/// <summary>redis.io/commands/set and /get: any bytes in, the same bytes out, with Redis's options.</summary>
public abstract class SetSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("SET k hello => +OK | GET k => 'hello'")]
    [InlineData("""SET k "" => +OK | GET k => '' | EXISTS k => :1 | STRLEN k => :0""")]
    [InlineData("""SET k "\x00" => +OK | GET k => '\x00' | STRLEN k => :1""")]
    [InlineData("""SET k "a\x00b\r\n\xff\x80" => +OK | GET k => 'a\x00b\r\n\xff\x80'""")]
    [InlineData("""SET k "\x00\x00\x00abc\x00\x00" => +OK | GET k => '\x00\x00\x00abc\x00\x00' | BITCOUNT k => :10""")]
    [InlineData("SET k {x*5000} => +OK | STRLEN k => :5000 | BITCOUNT k => :20000")]
    [InlineData("""SET "" v => +OK | GET "" => 'v' | EXISTS "" => :1""")]
    [InlineData("""SET "\x00\xff \r\n" v => +OK | GET "\x00\xff \r\n" => 'v'""")]
    [InlineData("SET k 12345678901234567890 | GET k => '12345678901234567890'")]
    [InlineData("SET k 42 | GET k => '42' | BITCOUNT k => :6 | SETBIT k 7 1 => :0 | GET k => '52'")]
    public Task Stores_any_bytes(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k first | SET k second => +OK | GET k => 'second'")]
    [InlineData("SET k longer-than | SET k it => +OK | GET k => 'it' | STRLEN k => :2")]
    [InlineData("SETBIT k 1000 1 | SET k v | STRLEN k => :1 | BITCOUNT k => :5")]
    public Task Replaces_the_old_value(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v NX => +OK | GET k => 'v'")]
    [InlineData("SET k old | SET k v NX => $nil | GET k => 'old'")]
    [InlineData("SET k old | SET k v nx => $nil")]
    [InlineData("SET k old | SET k v NX EX 10 => $nil | TTL k => :-1")]
    public Task NX_sets_only_what_is_missing(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v XX => $nil | EXISTS k => :0")]
    [InlineData("SET k old | SET k v XX => +OK | GET k => 'v'")]
    [InlineData("SET k old | SET k v xx ex 100 => +OK | TTL k => :<int 90..100>")]
    public Task XX_sets_only_what_exists(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v GET => $nil | GET k => 'v'")]
    [InlineData("SET k old | SET k v GET => 'old' | GET k => 'v'")]
    [InlineData("""SET k "" | SET k v GET => ''""")]
    [InlineData("SET k old | SET k v GET XX => 'old' | GET k => 'v'")]
    [InlineData("SET k v XX GET => $nil | EXISTS k => :0")]
    [InlineData("SET k old | SET k v NX GET => 'old' | GET k => 'old'")]
    [InlineData("SET k v NX GET => $nil | GET k => 'v'")]
    [InlineData("SET k old | SET k v GET EX 100 => 'old' | TTL k => :<int 90..100>")]
    [InlineData("SET k old EX 100 | SET k v GET => 'old' | TTL k => :-1")]
    public Task GET_returns_the_old_value(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v EX 100 => +OK | TTL k => :<int 90..100>")]
    [InlineData("SET k v ex 100 => +OK | TTL k => :<int 90..100>")]
    [InlineData("SET k v PX 100000 => +OK | TTL k => :<int 90..100>")]
    [InlineData("SET k v PX 100500 => +OK | PTTL k => :<int 90000..100500>")]
    [InlineData("SET k v EXAT {now+100} => +OK | EXPIRETIME k => :{now+100}")]
    [InlineData("SET k v PXAT {nowms+100000} => +OK | PEXPIRETIME k => :{nowms+100000}")]
    [InlineData("SET k v exat {now+100} => +OK | TTL k => :<int 90..100>")]
    [InlineData("SET k v pxat {nowms+100000} nx => +OK | TTL k => :<int 90..100>")]
    [InlineData("SET k v NX PX 100000 GET => $nil | TTL k => :<int 90..100>")]
    [InlineData("SET k v PX 30 | {sleep 60} | GET k => $nil | EXISTS k => :0 | STRLEN k => :0 | BITCOUNT k => :0")]
    [InlineData("SET k v EX 9223372036854775 => -ERR invalid expire time in 'set' command")]
    [InlineData("SET k v EX 4611686018427387 => +OK")]
    public Task Sets_a_time_to_live(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v EX 100 | SET k w => +OK | TTL k => :-1")]
    [InlineData("SET k v EX 100 | SET k w KEEPTTL => +OK | TTL k => :<int 90..100> | GET k => 'w'")]
    [InlineData("SET k v EX 100 | SET k w keepttl xx => +OK | TTL k => :<int 90..100>")]
    [InlineData("SET k v KEEPTTL => +OK | TTL k => :-1")]
    [InlineData("SET k v EX 100 | SET k w XX | TTL k => :-1")]
    [InlineData("SET k v EX 100 | SET k w NX => $nil | TTL k => :<int 90..100>")]
    public Task A_plain_SET_drops_the_time_to_live(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k old | SET k v EXAT 1 => +OK | GET k => $nil | EXISTS k => :0")]
    [InlineData("SET k old | SET k v PXAT 1 => +OK | GET k => $nil")]
    [InlineData("SET k v PXAT {nowms-1} => +OK | EXISTS k => :0")]
    [InlineData("SET k old | SET k v EXAT 1 GET => 'old' | GET k => $nil")]
    public Task A_time_in_the_past_leaves_no_key(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v EX 0 => -ERR invalid expire time in 'set' command")]
    [InlineData("SET k v EX -1 => -ERR invalid expire time in 'set' command")]
    [InlineData("SET k v PX 0 => -ERR invalid expire time in 'set' command")]
    [InlineData("SET k v PX -5 => -ERR invalid expire time in 'set' command")]
    [InlineData("SET k v EXAT 0 => -ERR invalid expire time in 'set' command")]
    [InlineData("SET k v EXAT -1 => -ERR invalid expire time in 'set' command")]
    [InlineData("SET k v PXAT 0 => -ERR invalid expire time in 'set' command")]
    [InlineData("SET k v PXAT -9223372036854775808 => -ERR invalid expire time in 'set' command")]
    [InlineData("SET k v EX x => -ERR value is not an integer or out of range")]
    [InlineData("SET k v EX 1.5 => -ERR value is not an integer or out of range")]
    [InlineData("""SET k v EX "" => -ERR value is not an integer or out of range""")]
    [InlineData("SET k v EX 9223372036854775807 => -ERR invalid expire time in 'set' command")]
    [InlineData("SET k v EX 9223372036854776 => -ERR invalid expire time in 'set' command")]
    [InlineData("SET k v PX 9223372036854775807 => -ERR invalid expire time in 'set' command")]
    [InlineData("SET k v PX 9223372036854775808 => -ERR value is not an integer or out of range")]
    [InlineData("SET k v EXAT 9223372036854775807 => -ERR invalid expire time in 'set' command")]
    [InlineData("SET k v PXAT 9223372036854775807 => +OK | EXISTS k => :1")]
    [InlineData("SET k old | SET k v EX 0 => -ERR invalid expire time in 'set' command | GET k => 'old'")]
    [InlineData("SET k old | SET k v NX EX 0 => -ERR invalid expire time in 'set' command")]
    public Task Refuses_times_that_are_none(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v NX XX => -ERR syntax error")]
    [InlineData("SET k v XX NX => -ERR syntax error")]
    [InlineData("SET k v EX 10 PX 10000 => -ERR syntax error")]
    [InlineData("SET k v EX 10 EX 10 => +OK")]
    [InlineData("SET k v PX 10 EX 10 => -ERR syntax error")]
    [InlineData("SET k v EX 10 KEEPTTL => -ERR syntax error")]
    [InlineData("SET k v KEEPTTL EX 10 => -ERR syntax error")]
    [InlineData("SET k v EXAT 10 PX 10 => -ERR syntax error")]
    [InlineData("SET k v KEEPTTL PXAT 10 => -ERR syntax error")]
    [InlineData("SET k v EX => -ERR syntax error")]
    [InlineData("SET k v NX EX => -ERR syntax error")]
    [InlineData("SET k v PX NX => -ERR value is not an integer or out of range")]
    [InlineData("SET k v FOO => -ERR syntax error")]
    [InlineData("""SET k v "" => -ERR syntax error""")]
    [InlineData("SET k v EX 10 FOO => -ERR syntax error")]
    [InlineData("SET k v PERSIST => -ERR syntax error")]
    [InlineData("SET k v EX NX 10 => -ERR syntax error")]
    [InlineData("SET k v NX XX EX 0 => -ERR syntax error")]
    [InlineData("SET k old | SET k v NX XX => -ERR syntax error | GET k => 'old'")]
    public Task Refuses_options_that_do_not_go_together(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v NX NX => +OK")]
    [InlineData("SET k v GET GET => $nil")]
    [InlineData("SET k v XX XX => $nil")]
    [InlineData("SET k v KEEPTTL KEEPTTL => +OK")]
    public Task Options_may_be_repeated_where_Redis_allows_it(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET => -ERR wrong number of arguments for 'set' command")]
    [InlineData("SET k => -ERR wrong number of arguments for 'set' command")]
    [InlineData("GET => -ERR wrong number of arguments for 'get' command")]
    [InlineData("GET k k => -ERR wrong number of arguments for 'get' command")]
    public Task Refuses_a_wrong_number_of_arguments(string row) => CheckAsync(row);

    [Theory]
    [InlineData("GET missing => $nil")]
    [InlineData("STRLEN missing => :0")]
    [InlineData("STRLEN => -ERR wrong number of arguments for 'strlen' command")]
    [InlineData("STRLEN k k => -ERR wrong number of arguments for 'strlen' command")]
    [InlineData("SET k hello | STRLEN k => :5")]
    [InlineData("SETBIT k 800 0 | STRLEN k => :101")]
    public Task A_missing_key_has_no_value(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistSet(BitmapistServer server) : SetSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisSet(RedisServer server) : SetSpec(server), IClassFixture<RedisServer>;
