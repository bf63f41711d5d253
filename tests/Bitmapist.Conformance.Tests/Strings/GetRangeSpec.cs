using System.Text;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Strings;

/// <summary>redis.io/commands/getrange: bytes of a string by position, both ends inclusive.</summary>
public abstract class GetRangeSpec(ITestServer server) : ConformanceSpec(server)
{
    [Theory]
    [InlineData("SET k Hello | GETRANGE k 0 0 => 'H' | GETRANGE k 4 4 => 'o' | GETRANGE k 1 3 => 'ell'")]
    [InlineData("SET k Hello | GETRANGE k 0 -1 => 'Hello' | GETRANGE k -3 -1 => 'llo' | GETRANGE k -5 -5 => 'H'")]
    [InlineData("SET k Hello | SUBSTR k 1 3 => 'ell' | substr k -3 -1 => 'llo' | getrange k 0 1 => 'He'")]
    [InlineData("""SET k "\x00\xff\r\n\x80" | GETRANGE k 1 3 => '\xff\r\n'""")]
    [InlineData("SETBIT k 100 1 | GETRANGE k 12 12 => '\\x08' | GETRANGE k 11 12 => '\\x00\\x08'")]
    [InlineData("SETBIT k 100 0 | GETRANGE k -2 -1 => '\\x00\\x00'")]
    [InlineData("SET k abcdefghijklmnopqrstuvwxyz | GETRANGE k 3 9 => 'defghij' | GETRANGE k 7 17 => 'hijklmnopqr'")]
    public Task Replies_the_bytes_between_two_positions(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k Hello | GETRANGE k 0 99999 => 'Hello' | GETRANGE k -100 2 => 'Hel'")]
    [InlineData("SET k Hello | GETRANGE k 0 9223372036854775807 => 'Hello'")]
    [InlineData("SET k Hello | GETRANGE k -9223372036854775808 -1 => 'Hello'")]
    [InlineData("{7.0} SET k Hello | GETRANGE k -9223372036854775808 -9223372036854775808 => 'H'")]
    [InlineData("{7.0} SET k Hello | GETRANGE k 0 -6 => 'H' | GETRANGE k -6 -6 => 'H' | GETRANGE k -200 -100 => 'H'")]
    public Task Positions_outside_are_moved_to_the_nearest_byte(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k Hello | GETRANGE k 5 5 => '' | GETRANGE k 10 20 => '' | GETRANGE k 3 1 => ''")]
    [InlineData("SET k Hello | GETRANGE k -1 -3 => '' | GETRANGE k -100 -200 => '' | GETRANGE k 1 -5 => ''")]
    [InlineData("SET k Hello | GETRANGE k 9223372036854775807 9223372036854775807 => ''")]
    [InlineData("""SET k "" | GETRANGE k 0 -1 => '' | GETRANGE k 0 0 => '' | GETRANGE k -1 0 => ''""")]
    [InlineData("GETRANGE missing 0 -1 => '' | SUBSTR missing 0 10 => ''")]
    [InlineData("HELLO 3 | GETRANGE missing 0 -1 => ''")]
    public Task A_range_without_bytes_is_an_empty_string(string row) => CheckAsync(row);

    [Theory]
    [InlineData("GETRANGE missing a 1 => -ERR value is not an integer or out of range")]
    [InlineData("GETRANGE missing 1 a => -ERR value is not an integer or out of range")]
    [InlineData("SET k Hello | GETRANGE k 1.5 2 => -ERR value is not an integer or out of range")]
    [InlineData("SET k Hello | GETRANGE k 0 9223372036854775808 => -ERR value is not an integer or out of range")]
    [InlineData("""SET k Hello | SUBSTR k "" 2 => -ERR value is not an integer or out of range""")]
    [InlineData("GETRANGE k 0 => -ERR wrong number of arguments for 'getrange' command")]
    [InlineData("GETRANGE k 0 1 2 => -ERR wrong number of arguments for 'getrange' command")]
    [InlineData("SUBSTR k => -ERR wrong number of arguments for 'substr' command")]
    public Task Refuses_other_arguments(string row) => CheckAsync(row);

    [Theory]
    [InlineData("SET k Hello | MULTI | SETBIT k 7 1 | GETRANGE k 0 1 | GETRANGE missing 0 1 | EXEC => [:0, 'Ie', '']")]
    [InlineData("SET a abc | BITOP NOT k a | GETRANGE k 1 1 => '\\x9d'")]
    [InlineData("SET k v PX 30 | {sleep 60} | GETRANGE k 0 -1 => ''")]
    [InlineData("SET a abcdef | MULTI | BITOP OR k a a | GETRANGE k 2 3 | EXEC => [:6, 'cd']")]
    public Task Sees_what_happened_before(string row) => CheckAsync(row);

    /// <summary>Long enough to be streamed, from positions that are no multiples of eight.</summary>
    [Theory]
    [InlineData(0, 299_999)]
    [InlineData(1, 299_998)]
    [InlineData(8_191, 81_925)]
    [InlineData(65_537, 131_072)]
    [InlineData(7, 70_000)]
    public async Task Long_ranges_arrive_whole_and_in_order(int start, int end)
    {
        byte[] value = new byte[300_000];
        new Random(end).NextBytes(value);
        using RawConnection connection = await RawConnection.ConnectAsync(Server.Port);
        byte[] set = [.. "*3\r\n$3\r\nSET\r\n$4\r\nlong\r\n$300000\r\n"u8, .. value, .. "\r\n"u8];
        await connection.SendBytesAsync(set);
        Assert.Equal("+OK", ReplyText.Render(await connection.ReceiveAsync()));
        byte[] reply = await connection.AskAsync($"GETRANGE long {start} {end}");
        byte[] expected =
            [.. Encoding.ASCII.GetBytes($"${end - start + 1}\r\n"), .. value[start..(end + 1)], .. "\r\n"u8];
        Assert.Equal(expected, reply);
        Assert.Equal("+PONG", ReplyText.Render(await connection.AskAsync("PING")));
    }
}

[Trait("Server", "bitmapist")]
public sealed class BitmapistGetRange(BitmapistServer server) : GetRangeSpec(server), IClassFixture<BitmapistServer>;

[Trait("Server", "redis")]
public sealed class RedisGetRange(RedisServer server) : GetRangeSpec(server), IClassFixture<RedisServer>;
