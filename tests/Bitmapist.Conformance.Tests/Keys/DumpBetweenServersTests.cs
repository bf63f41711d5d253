using System.Globalization;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Conformance.Tests.Keys;

/// <summary>
/// What one server dumps the other restores, compressed strings included, whose bytes need not be the same.
/// </summary>
public sealed class DumpBetweenServersTests(BitmapistServer bitmapist, RedisServer redis)
    : IClassFixture<BitmapistServer>, IClassFixture<RedisServer>
{
    [Theory]
    [InlineData("SET k hello")]
    [InlineData("SET k 12345")]
    [InlineData("SETRANGE k 0 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabababababababababababa")]
    [InlineData("SETBIT k 4000000 1")]
    [InlineData("SETBIT k 400000 1 | SETRANGE k 10 abcabcabcabcabcabcabcabcabcabcabcabc | SETRANGE k 30000 xyz")]
    [InlineData("SETRANGE k 100000 0123456789 | BITOP NOT k k | SETBIT k 5 0")]
    public async Task A_payload_of_one_is_taken_by_the_other(string commands)
    {
        Prerequisite.Require(redis.SkipReason is null, redis.SkipReason);
        await MoveAsync(bitmapist, redis, commands);
        await MoveAsync(redis, bitmapist, commands);
    }

    private static async Task MoveAsync(ITestServer from, ITestServer to, string commands)
    {
        using RawConnection source = await RawConnection.ConnectAsync(from.Port);
        using RawConnection target = await RawConnection.ConnectAsync(to.Port);
        await source.AskAsync("FLUSHALL");
        await target.AskAsync("FLUSHALL");
        foreach (string command in commands.Split(" | ")) await source.AskAsync(command);
        byte[] dump = await source.AskAsync("DUMP k");
        byte[] payload = dump[(dump.AsSpan().IndexOf((byte)'\n') + 1)..^2];
        string text = string.Concat(payload.Select(part => $"\\x{part.ToString("x2", CultureInfo.InvariantCulture)}"));
        Assert.Equal("+OK", ReplyText.Render(await target.AskAsync($"RESTORE k 0 \"{text}\"")));
        Assert.Equal(await source.AskAsync("GET k"), await target.AskAsync("GET k"));
        Assert.Equal(await source.AskAsync("BITCOUNT k"), await target.AskAsync("BITCOUNT k"));
    }
}
