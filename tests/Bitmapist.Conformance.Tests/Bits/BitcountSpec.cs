using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Bits;

/// <summary>redis.io/commands/bitcount: one-bits of a string, or of an inclusive range of its bytes or bits.</summary>
public abstract class BitcountSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("SET k foobar | BITCOUNT k => :26")]
    [InlineData("BITCOUNT missing => :0")]
    [InlineData("""SET k "" | BITCOUNT k => :0""")]
    [InlineData("""SET k "\x00\x00" | BITCOUNT k => :0""")]
    [InlineData("""SET k "\xff\xff\xff" | BITCOUNT k => :24""")]
    [InlineData("SETBIT k 4000000 1 | SETBIT k 0 1 | BITCOUNT k => :2")]
    public Task Counts_a_whole_key(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k foobar | BITCOUNT k 0 0 => :4")]
    [InlineData("SET k foobar | BITCOUNT k 1 1 => :6")]
    [InlineData("SET k foobar | BITCOUNT k 0 -1 => :26")]
    [InlineData("SET k foobar | BITCOUNT k -2 -1 => :7")]
    [InlineData("SET k foobar | BITCOUNT k -1 -1 => :4")]
    [InlineData("SET k foobar | BITCOUNT k 0 100 => :26")]
    [InlineData("SET k foobar | BITCOUNT k -100 100 => :26")]
    [InlineData("SET k foobar | BITCOUNT k -100 -6 => :4")]
    [InlineData("SET k foobar | BITCOUNT k -100 -7 => :4")]
    [InlineData("SET k foobar | BITCOUNT k 5 5 => :4")]
    [InlineData("SET k foobar | BITCOUNT k 6 6 => :0")]
    [InlineData("SET k foobar | BITCOUNT k 1 1 BYTE => :6")]
    [InlineData("SET k foobar | BITCOUNT k 1 1 byte => :6")]
    [InlineData("SET k foobar | BITCOUNT k 0 9223372036854775807 => :26")]
    [InlineData("SET k foobar | BITCOUNT k -9223372036854775808 -1 => :26")]
    public Task Counts_a_range_of_bytes(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k foobar | BITCOUNT k 5 30 BIT => :17")]
    [InlineData("SET k foobar | BITCOUNT k 5 30 bit => :17")]
    [InlineData("SET k foobar | BITCOUNT k 0 -1 BIT => :26")]
    [InlineData("SET k foobar | BITCOUNT k -8 -1 BIT => :4")]
    [InlineData("SET k foobar | BITCOUNT k 1 1 BIT => :1")]
    [InlineData("SET k foobar | BITCOUNT k 0 0 BIT => :0")]
    [InlineData("SET k foobar | BITCOUNT k 7 8 BIT => :0")]
    [InlineData("SET k foobar | BITCOUNT k 47 47 BIT => :0")]
    [InlineData("SET k foobar | BITCOUNT k 48 48 BIT => :0")]
    [InlineData("SET k foobar | BITCOUNT k 0 10000 BIT => :26")]
    [InlineData("SET k foobar | BITCOUNT k -1000 2 BIT => :2")]
    [InlineData(
        """SET k "\xff\xff\xff" | BITCOUNT k 3 17 BIT => :15 | BITCOUNT k 8 15 BIT => :8 """ +
        "| BITCOUNT k 9 14 BIT => :6")]
    [InlineData(
        "SETBIT k 65535 1 | SETBIT k 65536 1 | SETBIT k 131072 1 | BITCOUNT k 65536 131071 BIT => :1 " +
        "| BITCOUNT k 65535 131072 BIT => :3")]
    public Task Counts_a_range_of_bits(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k foobar | BITCOUNT k 3 1 => :0")]
    [InlineData("SET k foobar | BITCOUNT k -1 -2 => :0")]
    [InlineData("SET k foobar | BITCOUNT k -1 0 => :0")]
    [InlineData("SET k foobar | BITCOUNT k 4 -5 => :0")]
    [InlineData("SET k foobar | BITCOUNT k 30 5 BIT => :0")]
    [InlineData("SET k foobar | BITCOUNT k -1000 -2000 => :0 | BITCOUNT k -2000 -1000 => :4")]
    [InlineData("SET k foobar | BITCOUNT k 100 -1000 => :0")]
    [InlineData("""SET k "" | BITCOUNT k 0 -1 => :0""")]
    [InlineData("BITCOUNT missing 0 -1 => :0")]
    [InlineData("BITCOUNT missing 5 30 BIT => :0")]
    public Task A_range_that_ends_before_it_starts_is_empty(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k foobar | BITCOUNT k 1 => -ERR syntax error")]
    [InlineData("{7.0} BITCOUNT missing 1 => :0")]
    [InlineData("SET k foobar | BITCOUNT k a 1 => -ERR value is not an integer or out of range")]
    [InlineData("SET k foobar | BITCOUNT k 1 a => -ERR value is not an integer or out of range")]
    [InlineData("SET k foobar | BITCOUNT k 1.5 2 => -ERR value is not an integer or out of range")]
    [InlineData("SET k foobar | BITCOUNT k 0 9223372036854775808 => -ERR value is not an integer or out of range")]
    [InlineData("SET k foobar | BITCOUNT k 0 1 BITS => -ERR syntax error")]
    [InlineData("""SET k foobar | BITCOUNT k 0 1 "" => -ERR syntax error""")]
    [InlineData("SET k foobar | BITCOUNT k 1 a BITS => -ERR value is not an integer or out of range")]
    [InlineData("{7.0} SET k foobar | BITCOUNT k -6 -7 BITS => :0 | BITCOUNT k -7 -6 BITS => -ERR syntax error")]
    [InlineData("SET k foobar | BITCOUNT k a 1 BITS => -ERR value is not an integer or out of range")]
    [InlineData("SET k foobar | BITCOUNT k 0 1 BIT BYTE => -ERR syntax error")]
    [InlineData("{7.0} BITCOUNT missing 0 1 BITS => :0")]
    [InlineData("{7.0} BITCOUNT missing a b => :0")]
    [InlineData("{7.0} BITCOUNT missing 1 2 BIT 3 => :0")]
    public Task Refuses_other_arguments(string row) => CheckAsync(row);

    [Theory]
    [InlineData("BITCOUNT => -ERR wrong number of arguments for 'bitcount' command")]
    public Task Refuses_a_wrong_number_of_arguments(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistBitcount(BitmapistServer server) : BitcountSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisBitcount(RedisServer server) : BitcountSpec(server), IClassFixture<RedisServer>;
