using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Strings;

/// <summary>redis.io/commands/incr and its kin: strings as numbers.</summary>
public abstract class IncrementSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("INCR k => :1 | INCR k => :2 | DECR k => :1 | INCRBY k 5 => :6 | DECRBY k 10 => :-4 | GET k => '-4'")]
    [InlineData("DECR k => :-1 | INCRBY k -5 => :-6 | DECRBY k -10 => :4 | GET k => '4'")]
    [InlineData("SET k 5 EX 100 | INCR k => :6 | TTL k => :<int 99..100> | INCRBYFLOAT k 1.5 => '7.5'"
        + " | TTL k => :<int 99..100>")]
    [InlineData("SET k 10 PX 20 | {sleep 40} | INCR k => :1 | TTL k => :-1")]
    [InlineData("MULTI | INCR k | INCR k | INCRBYFLOAT k 0.5 | INCR k"
        + " | EXEC => [:1, :2, '2.5', -ERR value is not an integer or out of range]")]
    [InlineData("SETBIT k 2 1 | SETBIT k 3 1 | INCR k => :1 | GET k => '1'")]
    public Task Counts_in_integers(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k abc | INCR k => -ERR value is not an integer or out of range | SET k \"\""
        + " | INCR k => -ERR value is not an integer or out of range | SET k 01"
        + " | INCR k => -ERR value is not an integer or out of range")]
    [InlineData("SET k \" 1\" | INCR k => -ERR value is not an integer or out of range | SET k -0"
        + " | INCR k => -ERR value is not an integer or out of range | SET k +1"
        + " | DECR k => -ERR value is not an integer or out of range")]
    [InlineData("SET k {1*21} | INCR k => -ERR value is not an integer or out of range | SET k 1.5"
        + " | INCR k => -ERR value is not an integer or out of range | SET k \"1\\x00\""
        + " | INCR k => -ERR value is not an integer or out of range")]
    [InlineData("SETBIT k 4294967295 1 | INCR k => -ERR value is not an integer or out of range"
        + " | INCRBYFLOAT k 1 => -ERR value is not a valid float")]
    [InlineData("INCRBY k x => -ERR value is not an integer or out of range"
        + " | DECRBY k 1.5 => -ERR value is not an integer or out of range"
        + " | INCRBY k 9223372036854775808 => -ERR value is not an integer or out of range | EXISTS k => :0")]
    [InlineData("INCR => -ERR wrong number of arguments for 'incr' command"
        + " | INCRBY k => -ERR wrong number of arguments for 'incrby' command"
        + " | DECR k 1 => -ERR wrong number of arguments for 'decr' command"
        + " | DECRBY k => -ERR wrong number of arguments for 'decrby' command"
        + " | INCRBYFLOAT k => -ERR wrong number of arguments for 'incrbyfloat' command")]
    public Task Refuses_what_is_no_integer(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k 9223372036854775807 | INCR k => -ERR increment or decrement would overflow"
        + " | INCRBY k -1 => :9223372036854775806 | INCRBY k 1 => :9223372036854775807"
        + " | INCRBY k 1 => -ERR increment or decrement would overflow")]
    [InlineData("SET k -9223372036854775808 | DECR k => -ERR increment or decrement would overflow"
        + " | DECRBY k -1 => :-9223372036854775807"
        + " | INCRBY k -2 => -ERR increment or decrement would overflow")]
    [InlineData("DECRBY k -9223372036854775808 => -ERR decrement would overflow"
        + " | INCRBY k -9223372036854775808 => :-9223372036854775808 | GET k => '-9223372036854775808'")]
    [InlineData("SET k -1 | INCRBY k -9223372036854775808 => -ERR increment or decrement would overflow"
        + " | INCRBY k 9223372036854775807 => :9223372036854775806")]
    public Task Refuses_to_overflow(string row) => CheckAsync(row);

    [Theory]
    [InlineData("INCRBYFLOAT k 0.1 => '0.1' | INCRBYFLOAT k 0.2 => '0.3' | INCRBYFLOAT k -0.3 => '0'"
        + " | INCRBYFLOAT k 1e3 => '1000'")]
    [InlineData("SET k 10.50 | INCRBYFLOAT k 0.1 => '10.6' | SET k 5.0e3 | INCRBYFLOAT k 2.0e2 => '5200'"
        + " | SET k 3 | INCRBYFLOAT k 1.1 => '4.1'")]
    [InlineData("INCRBYFLOAT k +1 => '1' | INCRBYFLOAT k .5 => '1.5' | INCRBYFLOAT k 5. => '6.5'"
        + " | INCRBYFLOAT k -.25 => '6.25'")]
    [InlineData("INCRBYFLOAT k 0x10 => '16' | INCRBYFLOAT k 0x1p-3 => '16.125' | INCRBYFLOAT k 0X.8 => '16.625'"
        + " | INCRBYFLOAT k -0xAp+1 => '-3.375'")]
    [InlineData("SET k 3.0 | INCRBYFLOAT k 1.000000000000000005 => '4.00000000000000001' | SET k 1"
        + " | INCRBYFLOAT k 0.00000000000000001 => '1.00000000000000001'")]
    [InlineData("SET k 17179869184 | INCRBYFLOAT k 1.5 => '17179869185.5'"
        + " | INCRBYFLOAT k 1e15 => '1000017179869185.5'"
        + " | INCRBYFLOAT k 12345678901234567890 => '12346678918414437076'")]
    [InlineData("SET k -0 | INCRBYFLOAT k 0 => '0' | SET k 0 | INCRBYFLOAT k -0 => '0' | INCRBYFLOAT k -1e-20 => '0'")]
    [InlineData("INCRBYFLOAT k 1e-4940 => '0' | INCRBYFLOAT k 3.3e-4951 => '0'"
        + " | INCRBYFLOAT k 0e99999999999 => '0' | SET k 1e400 | INCRBYFLOAT k 1")]
    [InlineData("SET k {0*3000}1 | INCRBYFLOAT k 1 => '2' | HELLO 3 | INCRBYFLOAT k 1 => '3'")]
    public Task Counts_with_fractions(string row) => CheckAsync(row);

    [Theory]
    [InlineData("INCRBYFLOAT k x => -ERR value is not a valid float"
        + " | INCRBYFLOAT k nan => -ERR value is not a valid float"
        + " | INCRBYFLOAT k \"\" => -ERR value is not a valid float"
        + " | INCRBYFLOAT k \" 1\" => -ERR value is not a valid float")]
    [InlineData("INCRBYFLOAT k \"1 \" => -ERR value is not a valid float"
        + " | INCRBYFLOAT k \"1\\n\" => -ERR value is not a valid float"
        + " | INCRBYFLOAT k \"1\\x00\" => -ERR value is not a valid float"
        + " | INCRBYFLOAT k . => -ERR value is not a valid float")]
    [InlineData("INCRBYFLOAT k 1e => -ERR value is not a valid float"
        + " | INCRBYFLOAT k 0x => -ERR value is not a valid float"
        + " | INCRBYFLOAT k 1,5 => -ERR value is not a valid float"
        + " | INCRBYFLOAT k nan(12) => -ERR value is not a valid float")]
    [InlineData("INCRBYFLOAT k 1e5000 => -ERR value is not a valid float"
        + " | INCRBYFLOAT k 1e-5000 => -ERR value is not a valid float"
        + " | INCRBYFLOAT k 1e-4951 => -ERR value is not a valid float"
        + " | INCRBYFLOAT k 0x1p => -ERR value is not a valid float")]
    [InlineData("SET k x | INCRBYFLOAT k 1 => -ERR value is not a valid float | SET k \"\""
        + " | INCRBYFLOAT k 1 => -ERR value is not a valid float | SET k {1*5120}"
        + " | INCRBYFLOAT k 1 => -ERR value is not a valid float")]
    public Task Refuses_what_is_no_number(string row) => CheckAsync(row);

    [Theory]
    [InlineData("INCRBYFLOAT k inf => -ERR increment would produce NaN or Infinity"
        + " | INCRBYFLOAT k -inf => -ERR increment would produce NaN or Infinity"
        + " | INCRBYFLOAT k +Infinity => -ERR increment would produce NaN or Infinity | EXISTS k => :0")]
    [InlineData("SET k inf | INCRBYFLOAT k 1 => -ERR increment would produce NaN or Infinity"
        + " | INCRBYFLOAT k -inf => -ERR increment would produce NaN or Infinity | SET k 1.1e4932"
        + " | INCRBYFLOAT k 1.1e4932 => -ERR increment would produce NaN or Infinity")]
    public Task Refuses_to_become_infinite(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k 5 | WATCH k | @1 INCRBY k 0 => :5 | MULTI | EXEC => *nil")]
    [InlineData("SET k 5 | WATCH k | @1 INCRBYFLOAT k 0 => '5' | MULTI | EXEC => *nil")]
    [InlineData("SET k v | WATCH k | @1 INCR k => -ERR value is not an integer or out of range | MULTI | EXEC => []")]
    public Task A_watch_sees_what_they_store(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistIncrement(BitmapistServer server) : IncrementSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisIncrement(RedisServer server) : IncrementSpec(server), IClassFixture<RedisServer>;
