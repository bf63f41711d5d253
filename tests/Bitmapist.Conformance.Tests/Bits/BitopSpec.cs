using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Bits;

/// <summary>
/// redis.io/commands/bitop: shorter strings count as padded with zero bytes; the result is as long as the longest.
/// </summary>
public abstract class BitopSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("""SET a "\xf0\xff" | SET b "\x3c\x0f" | BITOP AND d a b => :2 | GET d => '0\x0f'""")]
    [InlineData("""SET a "\xf0\xff" | SET b "\x3c\x0f" | BITOP OR d a b => :2 | GET d => '\xfc\xff'""")]
    [InlineData("""SET a "\xf0\xff" | SET b "\x3c\x0f" | BITOP XOR d a b => :2 | GET d => '\xcc\xf0'""")]
    [InlineData("""SET a "\xf0\xff" | BITOP NOT d a => :2 | GET d => '\x0f\x00'""")]
    [InlineData("""SET a "\xf0\xff" | SET b "\x3c\x0f" | bitop and d a b => :2 | bitop Or d a b => :2""")]
    [InlineData("""SET a "\xff" | SET b "\x0f" | SET c "\x3c" | BITOP AND d a b c => :1 | GET d => '\x0c'""")]
    [InlineData("""SET a "\x01" | SET b "\x02" | SET c "\x04" | BITOP OR d a b c => :1 | GET d => '\x07'""")]
    [InlineData("""SET a "\x01" | SET b "\x03" | SET c "\x06" | BITOP XOR d a b c => :1 | GET d => '\x04'""")]
    [InlineData("SET k foobar | SET l abcdef | BITOP AND d k l => :6 | GET d => '`bc`ab'")]
    public Task Combines_strings(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""SET a "\xf0\x0f\x00" | BITOP AND d a => :3 | GET d => '\xf0\x0f\x00'""")]
    [InlineData("""SET a "\xf0\x0f\x00" | BITOP OR d a => :3 | GET d => '\xf0\x0f\x00'""")]
    [InlineData("""SET a "\xf0\x0f\x00" | BITOP XOR d a => :3 | GET d => '\xf0\x0f\x00'""")]
    public Task One_source_is_copied(string row) => CheckAsync(row);

    [Theory]
    [InlineData(
        """SET a "\xff\xff\xff" | SET b "\xff" | BITOP AND d a b => :3 | GET d => '\xff\x00\x00' """ +
        "| STRLEN d => :3")]
    [InlineData("""SET a "\xff\xff\xff" | SET b "\xff" | BITOP OR d a b => :3 | GET d => '\xff\xff\xff'""")]
    [InlineData("""SET a "\xff\xff\xff" | SET b "\xff" | BITOP XOR d a b => :3 | GET d => '\x00\xff\xff'""")]
    [InlineData("SETBIT a 100 0 | SETBIT b 7 1 | BITOP OR d a b => :13 | STRLEN d => :13 | BITCOUNT d => :1")]
    [InlineData("SETBIT a 100 0 | BITOP NOT d a => :13 | BITCOUNT d => :104 | GETBIT d 103 => :1")]
    [InlineData(
        "SETBIT a 800000 1 | SETBIT b 7 1 | BITOP AND d a b => :100001 | STRLEN d => :100001 " +
        "| BITCOUNT d => :0")]
    [InlineData("""SETBIT a 7 1 | BITOP NOT d a => :1 | BITOP NOT d d => :1 | GET d => '\x01'""")]
    public Task The_result_is_as_long_as_the_longest_source(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""SET a "\xff" | BITOP AND d a missing => :1 | GET d => '\x00'""")]
    [InlineData("""SET a "\xff" | BITOP AND d missing a => :1 | GET d => '\x00'""")]
    [InlineData("""SET a "\xff" | BITOP OR d missing a => :1 | GET d => '\xff'""")]
    [InlineData("""SET a "\xff" | BITOP XOR d a missing missing => :1 | GET d => '\xff'""")]
    [InlineData("""SET a "" | SET b "\x01" | BITOP OR d a b => :1 | GET d => '\x01'""")]
    public Task A_missing_source_is_an_empty_string(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET d old | BITOP AND d missing => :0 | EXISTS d => :0")]
    [InlineData("SET d old | BITOP OR d missing missing2 => :0 | EXISTS d => :0")]
    [InlineData("SET d old | BITOP NOT d missing => :0 | EXISTS d => :0")]
    [InlineData("""SET d old | SET e "" | BITOP XOR d e => :0 | EXISTS d => :0 | GET d => $nil""")]
    [InlineData("BITOP XOR d missing => :0 | EXISTS d => :0")]
    [InlineData("""SET d old | BITOP AND d d missing => :3 | GET d => '\x00\x00\x00'""")]
    public Task An_empty_result_removes_the_destination(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""SET a "\x00\x00" | BITOP AND d a => :2 | EXISTS d => :1 | GET d => '\x00\x00'""")]
    [InlineData("""SET a "\x0f" | SET b "\xf0" | BITOP AND d a b => :1 | EXISTS d => :1 | GET d => '\x00'""")]
    [InlineData("""SET a "\x0f" | BITOP XOR d a a => :1 | GET d => '\x00'""")]
    public Task Zero_bytes_are_a_result(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""SET a "\xf0" | SET b "\x3c" | BITOP AND a a b => :1 | GET a => '0' | GET b => '<'""")]
    [InlineData("""SET a "\xf0" | SET b "\x3c" | BITOP OR b a b => :1 | GET b => '\xfc'""")]
    [InlineData("""SET a "\xf0" | SET b "\x3c\x01" | BITOP XOR a b a => :2 | GET a => '\xcc\x01'""")]
    [InlineData("""SET a "\xf0" | BITOP NOT a a => :1 | GET a => '\x0f'""")]
    [InlineData("""SET a "\xf0" | BITOP OR a a a => :1 | GET a => '\xf0'""")]
    [InlineData("""SET a "\xf0" | BITOP XOR a a a => :1 | GET a => '\x00'""")]
    [InlineData("""SET a "\xf0" | BITOP AND d a | SETBIT d 0 0 | GET a => '\xf0' | GET d => 'p'""")]
    public Task The_destination_may_be_a_source(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET d old EX 100 | SET a x EX 100 | BITOP OR d a | TTL d => :-1 | TTL a => :<int 90..100>")]
    public Task The_destination_loses_its_time_to_live(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET a x | BITOP NOT d a a => -ERR BITOP NOT must be called with a single source key.")]
    [InlineData("BITOP NOT d missing missing => -ERR BITOP NOT must be called with a single source key.")]
    [InlineData("BITOP NAND d a => -ERR syntax error")]
    [InlineData("BITOP NAND d a b => -ERR syntax error")]
    [InlineData("""BITOP "" d a => -ERR syntax error""")]
    [InlineData("BITOP NOT => -ERR wrong number of arguments for 'bitop' command")]
    [InlineData("BITOP AND d => -ERR wrong number of arguments for 'bitop' command")]
    [InlineData("BITOP => -ERR wrong number of arguments for 'bitop' command")]
    [InlineData("SET a x | SET d old | BITOP NAND d a => -ERR syntax error | GET d => 'old'")]
    public Task Refuses_other_arguments(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistBitop(BitmapistServer server) : BitopSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisBitop(RedisServer server) : BitopSpec(server), IClassFixture<RedisServer>;
