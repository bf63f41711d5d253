using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Bits;

/// <summary>redis.io/commands/setbit: one bit of a string, which grows with zero bytes to hold it.</summary>
public abstract class SetbitSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("""SETBIT k 7 1 => :0 | GET k => '\x01'""")]
    [InlineData("""SETBIT k 0 1 => :0 | GET k => '\x80'""")]
    [InlineData("""SETBIT k 7 1 | SETBIT k 7 1 => :1 | SETBIT k 7 0 => :1 | SETBIT k 7 0 => :0 | GET k => '\x00'""")]
    [InlineData("SET k a | SETBIT k 6 1 => :0 | SETBIT k 7 0 => :1 | GET k => 'b'")]
    [InlineData("SET k a | SETBIT k 6 1 | SETBIT k 7 0 | GET k => 'b'")]
    [InlineData("SETBIT k 100 1 | SETBIT k 1 1 | SETBIT k 99 1 | BITCOUNT k => :3 | STRLEN k => :13")]
    [InlineData("SETBIT k 007 1 => -ERR bit offset is not an integer or out of range")]
    [InlineData("""SETBIT "" 3 1 => :0 | GETBIT "" 3 => :1""")]
    [InlineData("""SETBIT "a\x00b" 3 1 => :0 | GETBIT "a\x00b" 3 => :1 | GETBIT a 3 => :0""")]
    public Task Sets_and_clears_a_bit(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        "SETBIT k 100 0 => :0 | STRLEN k => :13 | BITCOUNT k => :0 " +
        """| GET k => '\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00'""")]
    [InlineData("""SETBIT k 0 0 => :0 | EXISTS k => :1 | GET k => '\x00' | TYPE k => +string""")]
    [InlineData("SETBIT k 8 1 | SETBIT k 8 0 => :1 | STRLEN k => :2 | BITCOUNT k => :0")]
    [InlineData("SET k abc | SETBIT k 23 0 => :1 | STRLEN k => :3")]
    [InlineData("""SET k abc | SETBIT k 24 0 => :0 | STRLEN k => :4 | GET k => 'abc\x00'""")]
    public Task A_clear_bit_still_makes_the_string_that_long(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k a EX 100 | SETBIT k 0 1 | TTL k => :<int 90..100>")]
    public Task Keeps_the_time_to_live(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SETBIT k -1 1 => -ERR bit offset is not an integer or out of range")]
    [InlineData("SETBIT k 4294967296 1 => -ERR bit offset is not an integer or out of range | EXISTS k => :0")]
    [InlineData("SETBIT k 18446744073709551615 1 => -ERR bit offset is not an integer or out of range")]
    [InlineData("SETBIT k 9223372036854775807 1 => -ERR bit offset is not an integer or out of range")]
    [InlineData("SETBIT k -9223372036854775808 1 => -ERR bit offset is not an integer or out of range")]
    [InlineData("SETBIT k 99999999999999999999999 1 => -ERR bit offset is not an integer or out of range")]
    [InlineData("SETBIT k one 1 => -ERR bit offset is not an integer or out of range")]
    [InlineData("SETBIT k 1.5 1 => -ERR bit offset is not an integer or out of range")]
    [InlineData("SETBIT k 1e3 1 => -ERR bit offset is not an integer or out of range")]
    [InlineData("SETBIT k 0x10 1 => -ERR bit offset is not an integer or out of range")]
    [InlineData("SETBIT k +1 1 => -ERR bit offset is not an integer or out of range")]
    [InlineData("""SETBIT k "" 1 => -ERR bit offset is not an integer or out of range""")]
    [InlineData("""SETBIT k " 1" 1 => -ERR bit offset is not an integer or out of range""")]
    [InlineData("""SETBIT k "1 " 1 => -ERR bit offset is not an integer or out of range""")]
    [InlineData("SETBIT k #1 1 => -ERR bit offset is not an integer or out of range")]
    [InlineData("SETBIT k {9*100} 1 => -ERR bit offset is not an integer or out of range")]
    public Task Refuses_offsets_that_are_no_bit_of_a_string(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SETBIT k 1 2 => -ERR bit is not an integer or out of range")]
    [InlineData("SETBIT k 1 -1 => -ERR bit is not an integer or out of range")]
    [InlineData("SETBIT k 1 one => -ERR bit is not an integer or out of range")]
    [InlineData("SETBIT k 1 01 => -ERR bit is not an integer or out of range")]
    [InlineData("SETBIT k 1 10 => -ERR bit is not an integer or out of range")]
    [InlineData("""SETBIT k 1 "" => -ERR bit is not an integer or out of range""")]
    [InlineData("SETBIT k 1 99999999999999999999 => -ERR bit is not an integer or out of range")]
    [InlineData("SETBIT k x 2 => -ERR bit offset is not an integer or out of range")]
    [InlineData("SETBIT k 1 2 => -ERR bit is not an integer or out of range | EXISTS k => :0")]
    public Task Refuses_values_other_than_0_and_1(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SETBIT => -ERR wrong number of arguments for 'setbit' command")]
    [InlineData("SETBIT k => -ERR wrong number of arguments for 'setbit' command")]
    [InlineData("SETBIT k 1 => -ERR wrong number of arguments for 'setbit' command")]
    [InlineData("SETBIT k 1 1 1 => -ERR wrong number of arguments for 'setbit' command")]
    [InlineData("setBIT k 1 => -ERR wrong number of arguments for 'setbit' command")]
    public Task Refuses_a_wrong_number_of_arguments(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        "SETBIT k 4294967295 1 => :0 | GETBIT k 4294967295 => :1 | STRLEN k => :536870912 | BITCOUNT k => :1 " +
        "| BITPOS k 1 => :4294967295 | DEL k => :1")]
    public Task The_last_offset_is_2_to_the_32_minus_1(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistSetbit(BitmapistServer server) : SetbitSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisSetbit(RedisServer server) : SetbitSpec(server), IClassFixture<RedisServer>;
