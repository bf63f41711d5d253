using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Bits;

/// <summary>redis.io/commands/bitpos: the first bit set or clear, in a string or in a range of it.</summary>
public abstract class BitposSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("""SET k "\xff\xf0\x00" | BITPOS k 1 => :0""")]
    [InlineData("""SET k "\x00\xff\xf0" | BITPOS k 1 => :8""")]
    [InlineData("""SET k "\x00\x00\x01" | BITPOS k 1 => :23""")]
    [InlineData("""SET k "\x00\x00\x00" | BITPOS k 1 => :-1""")]
    [InlineData("""SET k "\x00\xff\xf0" | BITPOS k 1 2 => :16""")]
    [InlineData("""SET k "\x00\xff\xf0" | BITPOS k 1 0 => :8""")]
    [InlineData("""SET k "\x00\xff\x00" | BITPOS k 1 2 => :-1""")]
    [InlineData("""SET k "\x00\xff\xf0" | BITPOS k 1 2 -1 => :16""")]
    [InlineData("""SET k "\x00\xff\xf0" | BITPOS k 1 -1 => :16""")]
    [InlineData("""SET k "\x00\xff\xf0" | BITPOS k 1 -3 -3 => :-1""")]
    [InlineData("""SET k "\x00\xff\xf0" | BITPOS k 1 7 => :-1""")]
    [InlineData("SETBIT k 1000000 1 | BITPOS k 1 => :1000000")]
    public Task Finds_the_first_set_bit(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""SET k "\xff\xf0\x00" | BITPOS k 0 => :12""")]
    [InlineData("""SET k "\x00\xff" | BITPOS k 0 => :0""")]
    [InlineData("""SET k "\xff\xff" | BITPOS k 0 1 => :16""")]
    [InlineData("""SET k "\xff\x00\xff" | BITPOS k 0 2 => :24""")]
    [InlineData("SETBIT k 0 1 | BITPOS k 0 => :1")]
    // A string of ones goes on in zeros, unless the range has an end.
    public Task Finds_the_first_clear_bit(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""SET k "\xff\xff\xff" | BITPOS k 0 => :24""")]
    [InlineData("""SET k "\xff\xff\xff" | BITPOS k 0 0 => :24""")]
    [InlineData("""SET k "\xff\xff\xff" | BITPOS k 0 0 -1 => :-1""")]
    [InlineData("""SET k "\xff\xff\xff" | BITPOS k 0 0 2 => :-1""")]
    [InlineData("""SET k "\xff\xff\xff" | BITPOS k 0 0 5 => :-1""")]
    [InlineData("""SET k "\xff\xff\xff" | BITPOS k 0 1 => :24""")]
    [InlineData("""SET k "\xff\xff\xff" | BITPOS k 0 3 => :-1""")]
    [InlineData("""SET k "\xff\xff\xff" | BITPOS k 0 -1 => :24""")]
    [InlineData("""SET k "\xff\xff\xff" | BITPOS k 0 0 -1 BIT => :-1""")]
    public Task The_clear_bit_after_a_string_of_ones_counts_unless_an_end_is_given(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""SET k "\x00\xff\xf0" | BITPOS k 1 7 15 BIT => :8""")]
    [InlineData("""SET k "\x00\xff\xf0" | BITPOS k 1 0 7 BIT => :-1""")]
    [InlineData("""SET k "\x00\xff\xf0" | BITPOS k 1 10 11 BIT => :10""")]
    [InlineData("""SET k "\x00\xff\xf0" | BITPOS k 1 7 -3 BIT => :8""")]
    [InlineData("""SET k "\x00\xff\xf0" | BITPOS k 0 8 -1 BIT => :20""")]
    [InlineData("""SET k "\x00\xff\xf0" | BITPOS k 0 8 19 BIT => :-1""")]
    [InlineData("""SET k "\x00\xff\xf0" | BITPOS k 0 10 23 bit => :20""")]
    [InlineData("""SET k "\x00\xff\xf0" | BITPOS k 1 -16 -9 BIT => :8""")]
    [InlineData("""SET k "\x00\xff\xf0" | BITPOS k 1 1 2 BYTE => :8""")]
    [InlineData("""SET k "\x00\xff\xf0" | BITPOS k 1 20 23 BIT => :-1""")]
    [InlineData("""SET k "\x00\xff\xf0" | BITPOS k 1 100 200 BIT => :-1""")]
    public Task Finds_a_bit_in_a_range_of_bits(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""SET k "\xff" | BITPOS k 1 1 0 => :-1""")]
    [InlineData("""SET k "\xff" | BITPOS k 0 1 0 => :-1""")]
    [InlineData("""SET k "\xff\xff" | BITPOS k 1 15 3 BIT => :-1""")]
    [InlineData("""SET k "\x00" | BITPOS k 0 1 => :-1""")]
    [InlineData("""SET k "\x00" | BITPOS k 0 5 10 => :-1""")]
    public Task An_empty_range_holds_no_bit(string row) => CheckAsync(row);

    // BITCOUNT calls such a range empty; BITPOS moves each end to the nearest bit of the string first.
    [Theory]
    [InlineData("""SET k "\x08" | BITPOS k 0 -30 -60 => :0 | BITCOUNT k -30 -60 => :0""")]
    [InlineData("""SET k "\x08" | BITPOS k 1 -30 -60 => :4 | BITPOS k 1 -30 -60 BYTE => :4""")]
    [InlineData("""SET k "\x08" | BITPOS k 0 -30 -60 BIT => :0 | BITPOS k 1 -30 -60 BIT => :-1""")]
    [InlineData("""SET k "\x88" | BITPOS k 1 -30 -60 BIT => :0 | BITPOS k 1 -30 -8 BIT => :0""")]
    [InlineData("""SET k "\x08\xff" | BITPOS k 0 -1 -2 => :-1 | BITPOS k 0 1 -5 => :-1 | BITPOS k 0 0 -5 => :0""")]
    public Task A_reversed_range_before_the_string_is_its_first_bit(string row) => CheckAsync(row);

    [Theory]
    [InlineData("BITPOS missing 0 => :0")]
    [InlineData("BITPOS missing 1 => :-1")]
    [InlineData("BITPOS missing 0 0 -1 => :0")]
    [InlineData("BITPOS missing 1 5 => :-1")]
    [InlineData("BITPOS missing 0 5 30 BIT => :0")]
    [InlineData("""SET k "" | BITPOS k 0 => :-1""")]
    [InlineData("""SET k "" | BITPOS k 1 => :-1""")]
    [InlineData("""SET k "" | BITPOS k 0 0 -1 => :-1""")]
    public Task A_missing_key_is_all_zeros(string row) => CheckAsync(row);

    [Theory]
    [InlineData("BITPOS k 2 => -ERR The bit argument must be 1 or 0.")]
    [InlineData("BITPOS k -1 => -ERR The bit argument must be 1 or 0.")]
    [InlineData("BITPOS k x => -ERR value is not an integer or out of range")]
    [InlineData("""BITPOS k "" => -ERR value is not an integer or out of range""")]
    [InlineData("SET k a | BITPOS k 2 => -ERR The bit argument must be 1 or 0.")]
    [InlineData("SET k a | BITPOS k 1 x => -ERR value is not an integer or out of range")]
    [InlineData("SET k a | BITPOS k 1 0 x => -ERR value is not an integer or out of range")]
    [InlineData("SET k a | BITPOS k 1 0 -1 BITS => -ERR syntax error")]
    [InlineData("SET k a | BITPOS k 1 0 x BITS => -ERR syntax error")]
    [InlineData("SET k a | BITPOS k 1 x -1 BITS => -ERR value is not an integer or out of range")]
    [InlineData("SET k a | BITPOS k 1 0 -1 BIT BIT => -ERR syntax error")]
    [InlineData("SET k a | BITPOS k 1 0 BIT => -ERR value is not an integer or out of range")]
    [InlineData("{7.0} BITPOS missing 1 x => :-1")]
    [InlineData("{7.0} BITPOS missing 1 0 -1 BITS => :-1")]
    [InlineData("{7.0} BITPOS missing 1 0 -1 BIT BIT => :-1")]
    public Task Refuses_other_arguments(string row) => CheckAsync(row);

    [Theory]
    [InlineData("BITPOS => -ERR wrong number of arguments for 'bitpos' command")]
    [InlineData("BITPOS k => -ERR wrong number of arguments for 'bitpos' command")]
    public Task Refuses_a_wrong_number_of_arguments(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistBitpos(BitmapistServer server) : BitposSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisBitpos(RedisServer server) : BitposSpec(server), IClassFixture<RedisServer>;
