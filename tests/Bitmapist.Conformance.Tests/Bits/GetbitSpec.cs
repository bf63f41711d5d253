using Bitmapist.Testing.Servers;

namespace Bitmapist.Conformance.Tests.Bits;

/// <summary>redis.io/commands/getbit: beyond the string's end every bit is 0.</summary>
public abstract class GetbitSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData(
        "SET k a | GETBIT k 0 => :0 | GETBIT k 1 => :1 | GETBIT k 2 => :1 | GETBIT k 6 => :0 " +
        "| GETBIT k 7 => :1")]
    [InlineData("""SET k "\x80" | GETBIT k 0 => :1 | GETBIT k 7 => :0""")]
    [InlineData("SETBIT k 1000000 1 | GETBIT k 1000000 => :1 | GETBIT k 999999 => :0 | GETBIT k 1000001 => :0")]
    [InlineData(
        "SETBIT k 65535 1 | SETBIT k 65536 1 | GETBIT k 65534 => :0 | GETBIT k 65535 => :1 " +
        "| GETBIT k 65536 => :1 | GETBIT k 65537 => :0")]
    public Task Reads_a_bit(string row) => CheckAsync(row);

    [Theory]
    [InlineData("""SET k "\xff" | GETBIT k 8 => :0 | GETBIT k 4294967295 => :0""")]
    [InlineData("GETBIT missing 0 => :0")]
    [InlineData("GETBIT missing 4294967295 => :0")]
    [InlineData("""SET k "" | GETBIT k 0 => :0""")]
    public Task Reads_0_beyond_the_end(string row) => CheckAsync(row);

    [Theory]
    [InlineData("GETBIT k -1 => -ERR bit offset is not an integer or out of range")]
    [InlineData("GETBIT k 4294967296 => -ERR bit offset is not an integer or out of range")]
    [InlineData("GETBIT k 18446744073709551616 => -ERR bit offset is not an integer or out of range")]
    [InlineData("GETBIT k x => -ERR bit offset is not an integer or out of range")]
    [InlineData("GETBIT k 1.0 => -ERR bit offset is not an integer or out of range")]
    [InlineData("""GETBIT k "" => -ERR bit offset is not an integer or out of range""")]
    [InlineData("SET k a | GETBIT k -1 => -ERR bit offset is not an integer or out of range")]
    public Task Refuses_offsets_that_are_no_bit_of_a_string(string row) => CheckAsync(row);

    [Theory]
    [InlineData("GETBIT => -ERR wrong number of arguments for 'getbit' command")]
    [InlineData("GETBIT k => -ERR wrong number of arguments for 'getbit' command")]
    [InlineData("GETBIT k 1 2 => -ERR wrong number of arguments for 'getbit' command")]
    public Task Refuses_a_wrong_number_of_arguments(string row) => CheckAsync(row);
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistGetbit(BitmapistServer server) : GetbitSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisGetbit(RedisServer server) : GetbitSpec(server), IClassFixture<RedisServer>;
