using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Keys;

/// <summary>redis.io/commands/expire, /pexpire, /expireat, /pexpireat, with their NX, XX, GT and LT.</summary>
public abstract class ExpireSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("SET k v | EXPIRE k 100 => :1 | TTL k => :<int 90..100>")]
    [InlineData("SET k v | PEXPIRE k 100000 => :1 | TTL k => :<int 90..100>")]
    [InlineData("SET k v | EXPIREAT k {now+100} => :1 | EXPIRETIME k => :{now+100}")]
    [InlineData("SET k v | PEXPIREAT k {nowms+100000} => :1 | PEXPIRETIME k => :{nowms+100000}")]
    [InlineData("SET k v EX 10 | EXPIRE k 100 => :1 | TTL k => :<int 90..100>")]
    [InlineData("EXPIRE missing 100 => :0")]
    [InlineData("PEXPIRE missing 100 => :0")]
    [InlineData("EXPIREAT missing {now+100} => :0")]
    [InlineData("PEXPIREAT missing {nowms+100000} => :0")]
    [InlineData("SET k v | EXPIRE k 0100 => -ERR value is not an integer or out of range")]
    public Task Sets_a_time_to_live(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | EXPIRE k 100 NX => :1 | EXPIRE k 500 NX => :0 | TTL k => :<int 90..100>")]
    [InlineData("SET k v | EXPIREAT k {now+100} nx => :1 | PEXPIREAT k 99999999999999 NX => :0")]
    public Task NX_only_where_there_is_none(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | EXPIRE k 100 XX => :0 | TTL k => :-1")]
    [InlineData("SET k v EX 10 | EXPIRE k 100 XX => :1 | TTL k => :<int 90..100>")]
    [InlineData("SET k v EX 10 | PEXPIRE k 100000 xx => :1 | TTL k => :<int 90..100>")]
    public Task XX_only_where_there_is_one(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v EX 100 | EXPIRE k 50 GT => :0 | TTL k => :<int 90..100>")]
    [InlineData("SET k v EX 100 | EXPIRE k 200 GT => :1 | TTL k => :<int 190..200>")]
    [InlineData("SET k v | EXPIRE k 200 GT => :0 | TTL k => :-1")]
    [InlineData("SET k v EXAT {now+100} | EXPIREAT k {now+100} GT => :0")]
    [InlineData("SET k v EX 100 | EXPIRE k -1 GT => :0 | TTL k => :<int 90..100>")]
    public Task GT_only_later(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v EX 100 | EXPIRE k 200 LT => :0 | TTL k => :<int 90..100>")]
    [InlineData("SET k v EX 100 | EXPIRE k 50 LT => :1 | TTL k => :<int 40..50>")]
    [InlineData("SET k v | EXPIRE k 200 LT => :1 | TTL k => :<int 190..200>")]
    [InlineData("SET k v EXAT {now+100} | EXPIREAT k {now+100} LT => :0")]
    [InlineData("SET k v EX 100 | EXPIRE k -1 LT => :1 | EXISTS k => :0")]
    public Task LT_only_sooner(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v EX 100 | EXPIRE k 200 XX GT => :1 | TTL k => :<int 190..200>")]
    [InlineData("SET k v EX 100 | EXPIRE k 50 XX LT => :1 | TTL k => :<int 40..50>")]
    [InlineData("SET k v | EXPIRE k 50 XX LT => :0")]
    [InlineData("SET k v EX 100 | EXPIRE k 200 GT GT => :1")]
    public Task Conditions_combine(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | EXPIRE k 0 => :1 | EXISTS k => :0")]
    [InlineData("SET k v | EXPIRE k -1 => :1 | EXISTS k => :0 | DBSIZE => :0")]
    [InlineData("SET k v | PEXPIRE k 0 => :1 | EXISTS k => :0")]
    [InlineData("SET k v | EXPIREAT k 1 => :1 | EXISTS k => :0")]
    [InlineData("SET k v | EXPIREAT k 0 => :1 | EXISTS k => :0")]
    [InlineData("SET k v | EXPIREAT k -1 => :1 | EXISTS k => :0")]
    [InlineData("SET k v | PEXPIREAT k {nowms-1} => :1 | EXISTS k => :0")]
    [InlineData("SET k v | EXPIRE k -1 NX => :1 | EXISTS k => :0")]
    [InlineData("SET k v | EXPIRE k -1 XX => :0 | EXISTS k => :1")]
    public Task A_time_in_the_past_deletes(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        "SET k v | PEXPIRE k 20 | {sleep 50} | GET k => $nil | EXISTS k => :0 | TYPE k => +none " +
        "| TTL k => :-2 | STRLEN k => :0")]
    [InlineData("SET k v | PEXPIRE k 20 | {sleep 50} | BITCOUNT k => :0 | GETBIT k 1 => :0 | BITPOS k 1 => :-1")]
    [InlineData("SET k v | PEXPIRE k 20 | {sleep 50} | KEYS * => [] | RANDOMKEY => $nil")]
    [InlineData("SET k v | PEXPIRE k 20 | {sleep 50} | SCAN {all} =~> []")]
    [InlineData("SET k v | PEXPIRE k 20 | {sleep 50} | DEL k => :0")]
    [InlineData(
        "SET k v | PEXPIRE k 20 | {sleep 50} | RENAME k l => -ERR no such key | COPY k l => :0 " +
        "| PERSIST k => :0 | EXPIRE k 10 => :0")]
    [InlineData("SET k v | PEXPIRE k 20 | {sleep 50} | SETBIT k 1 1 => :0 | GET k => '@' | TTL k => :-1")]
    [InlineData("SET k v | PEXPIRE k 20 | {sleep 50} | SET k w XX => $nil | SET k w NX => +OK")]
    [InlineData("SET k v | PEXPIRE k 20 | {sleep 50} | BITOP NOT d k => :0 | EXISTS d => :0")]
    [InlineData("SET k v | PEXPIRE k 20 | {await} DBSIZE => :0")]
    public Task An_expired_key_is_gone_for_every_command(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | EXPIRE k x => -ERR value is not an integer or out of range")]
    [InlineData("SET k v | EXPIRE k 1.5 => -ERR value is not an integer or out of range")]
    [InlineData("""SET k v | EXPIRE k "" => -ERR value is not an integer or out of range""")]
    [InlineData("EXPIRE missing x => -ERR value is not an integer or out of range")]
    [InlineData("SET k v | EXPIRE k 9223372036854775807 => -ERR invalid expire time in 'expire' command")]
    [InlineData("SET k v | EXPIRE k -9223372036854775808 => -ERR invalid expire time in 'expire' command")]
    [InlineData("SET k v | EXPIRE k 9223372036854775 => -ERR invalid expire time in 'expire' command")]
    [InlineData("SET k v | EXPIRE k 9223372036854776 => -ERR invalid expire time in 'expire' command")]
    [InlineData("SET k v | EXPIRE k 99999999999999999999 => -ERR value is not an integer or out of range")]
    [InlineData("SET k v | EXPIREAT k 9223372036854775807 => -ERR invalid expire time in 'expireat' command")]
    [InlineData("SET k v | EXPIREAT k 9223372036854775 => :1 | EXPIRETIME k => :9223372036854775")]
    [InlineData("SET k v | EXPIREAT k -9223372036854775808 => -ERR invalid expire time in 'expireat' command")]
    [InlineData("SET k v | PEXPIRE k 9223372036854775807 => -ERR invalid expire time in 'pexpire' command")]
    [InlineData("SET k v | PEXPIRE k 9223372036854770000 => -ERR invalid expire time in 'pexpire' command")]
    [InlineData("SET k v | PEXPIREAT k 9223372036854775807 => :1 | PEXPIRETIME k => :9223372036854775807")]
    [InlineData("SET k v | PEXPIREAT k -9223372036854775808 => :1")]
    [InlineData("EXPIRE missing 9223372036854775807 => -ERR invalid expire time in 'expire' command")]
    public Task Refuses_times_that_are_none(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k v | EXPIRE k 10 NX XX => -ERR NX and XX, GT or LT options at the same time are not compatible")]
    [InlineData("SET k v | EXPIRE k 10 NX GT => -ERR NX and XX, GT or LT options at the same time are not compatible")]
    [InlineData("SET k v | EXPIRE k 10 LT NX => -ERR NX and XX, GT or LT options at the same time are not compatible")]
    [InlineData("SET k v | EXPIRE k 10 GT LT => -ERR GT and LT options at the same time are not compatible")]
    [InlineData("SET k v | EXPIRE k 10 XX GT LT => -ERR GT and LT options at the same time are not compatible")]
    [InlineData("SET k v | EXPIRE k 10 FOO => -ERR Unsupported option FOO")]
    [InlineData("SET k v | EXPIRE k 10 NX FOO => -ERR Unsupported option FOO")]
    [InlineData("""SET k v | PEXPIREAT k 10 "" => -ERR Unsupported option """)]
    [InlineData("""SET k v | EXPIRE k 10 "a\r\nb\n\r\n" => -ERR Unsupported option a  b""")]
    [InlineData("""SET k v | EXPIRE k 10 "a\x00b" => -ERR Unsupported option a""")]
    [InlineData("EXPIRE missing 10 FOO => -ERR Unsupported option FOO")]
    [InlineData("EXPIRE missing 10 NX XX => -ERR NX and XX, GT or LT options at the same time are not compatible")]
    [InlineData("EXPIRE missing x FOO => -ERR Unsupported option FOO")]
    [InlineData("SET k v | EXPIRE k 10 {X*200} => -ERR Unsupported option {X*200}")]
    public Task Refuses_conditions_that_do_not_go_together(string row) => CheckAsync(row);

    [Theory]
    [InlineData("EXPIRE => -ERR wrong number of arguments for 'expire' command")]
    [InlineData("EXPIRE k => -ERR wrong number of arguments for 'expire' command")]
    [InlineData("PEXPIRE k => -ERR wrong number of arguments for 'pexpire' command")]
    [InlineData("EXPIREAT k => -ERR wrong number of arguments for 'expireat' command")]
    [InlineData("PEXPIREAT k => -ERR wrong number of arguments for 'pexpireat' command")]
    public Task Refuses_a_wrong_number_of_arguments(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistExpire(BitmapistServer server) : ExpireSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisExpire(RedisServer server) : ExpireSpec(server), IClassFixture<RedisServer>;
