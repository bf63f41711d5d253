using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Bits;

/// <summary>
/// BITOP's DIFF, DIFF1, ANDOR and ONE came with Redis 8.2, and the Redis at hand (7.0) refuses them: these rows were
/// worked out by hand from redis.io/commands/bitop and run against our server only. x is the first source, y… are the
/// others.
/// </summary>
[Trait("Server", "bitmapist")]
public sealed class BitmapistBitopNewer(BitmapistServer server)
    : ConformanceSpec(server), IClassFixture<BitmapistServer>
{
    // x = 11110000, y = 00111100, z = 01000010
    [Theory]
    [InlineData("""BITOP DIFF d x y => :1 | GET d => '\xc0'""")]
    [InlineData("""BITOP DIFF d x y z => :1 | GET d => '\x80'""")]
    [InlineData("""BITOP DIFF1 d x y => :1 | GET d => '\x0c'""")]
    [InlineData("""BITOP DIFF1 d x y z => :1 | GET d => '\x0e'""")]
    [InlineData("BITOP ANDOR d x y => :1 | GET d => '0'")]
    [InlineData("BITOP ANDOR d x y z => :1 | GET d => 'p'")]
    [InlineData("""BITOP ONE d x y => :1 | GET d => '\xcc'""")]
    [InlineData("""BITOP ONE d x y z => :1 | GET d => '\x8e'""")]
    [InlineData("""BITOP ONE d x => :1 | GET d => '\xf0'""")]
    [InlineData("""BITOP ONE d x x => :1 | GET d => '\x00'""")]
    [InlineData("""BITOP DIFF d x x => :1 | GET d => '\x00'""")]
    [InlineData(
        "bitop diff d x y => :1 | BITOP andor d x y => :1 | BITOP Diff1 d x y => :1 | BITOP one d x y => :1")]
    [InlineData("""BITOP DIFF x x y => :1 | GET x => '\xc0'""")]
    [InlineData("""BITOP DIFF1 y x y => :1 | GET y => '\x0c'""")]
    [InlineData("""BITOP ONE z x y z => :1 | GET z => '\x8e' | GET x => '\xf0'""")]
    public Task Combines_strings(string row) =>
        CheckAsync("""SET x "\xf0" | SET y "\x3c" | SET z "\x42" | """ + row);

    [Theory]
    [InlineData("""SET x "\xff\xff\xff" | SET y "\x0f" | BITOP DIFF d x y => :3 | GET d => '\xf0\xff\xff'""")]
    [InlineData("""SET x "\x0f" | SET y "\xff\xff\xff" | BITOP DIFF d x y => :3 | GET d => '\x00\x00\x00'""")]
    [InlineData("""SET x "\x0f" | SET y "\xff\xff\xff" | BITOP DIFF1 d x y => :3 | GET d => '\xf0\xff\xff'""")]
    [InlineData("""SET x "\x0f" | SET y "\xff\xff\xff" | BITOP ANDOR d x y => :3 | GET d => '\x0f\x00\x00'""")]
    [InlineData("""SET x "\x0f" | SET y "\xff\xff\xff" | BITOP ONE d x y => :3 | GET d => '\xf0\xff\xff'""")]
    public Task The_result_is_as_long_as_the_longest_source(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""SET x "\x0f" | BITOP DIFF d x missing => :1 | GET d => '\x0f'""")]
    [InlineData("""SET y "\x0f" | BITOP DIFF d missing y => :1 | GET d => '\x00'""")]
    [InlineData("""SET y "\x0f" | BITOP DIFF1 d missing y => :1 | GET d => '\x0f'""")]
    [InlineData("""SET x "\x0f" | BITOP ANDOR d x missing missing => :1 | GET d => '\x00'""")]
    [InlineData("""SET x "\x0f" | BITOP ONE d missing x missing => :1 | GET d => '\x0f'""")]
    [InlineData("SET d old | BITOP DIFF d missing missing => :0 | EXISTS d => :0")]
    [InlineData("SET d old | BITOP ONE d missing => :0 | EXISTS d => :0")]
    [InlineData("SET d old EX 100 | SET x v | BITOP DIFF d x missing => :1 | TTL d => :-1")]
    public Task A_missing_source_is_an_empty_string(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET x v | BITOP DIFF d x => -ERR BITOP DIFF must be called with at least two source keys.")]
    [InlineData("SET x v | BITOP diff1 d x => -ERR BITOP DIFF1 must be called with at least two source keys.")]
    [InlineData("BITOP ANDOR d missing => -ERR BITOP ANDOR must be called with at least two source keys.")]
    [InlineData("BITOP DIFF d => -ERR wrong number of arguments for 'bitop' command")]
    [InlineData("BITOP DIFF2 d x y => -ERR syntax error")]
    public Task Refuses_a_single_source(string row) => CheckAsync(row);
}
