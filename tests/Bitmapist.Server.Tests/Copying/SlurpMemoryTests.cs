using Bitmapist.Server.Copying;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Server.Tests.Copying;

/// <summary>What a copy allocates; alone, since it is the whole process that is measured.</summary>
[CollectionDefinition(nameof(SlurpMemoryTests), DisableParallelization = true)]
[Collection(nameof(SlurpMemoryTests))]
public sealed class SlurpMemoryTests(RedisServer redis) : IClassFixture<RedisServer>
{
    [Fact]
    public async Task A_long_string_is_never_held_whole()
    {
        const int LengthBytes = 128 * 1024 * 1024;
        Prerequisite.Require(!(redis.SkipReason != null), redis.SkipReason ?? "");
        using RawConnection source = await RawConnection.ConnectAsync(redis.Port);
        await source.AskAsync("SETBIT long 100 1");
        await source.AskAsync($"SETBIT long {(8L * LengthBytes) - 1} 1");
        await using SlurpingServer server = new();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        SlurpProgress progress = await server.SlurpAsync($"127.0.0.1:{redis.Port}");
        long allocatedBytes = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.Equal((SlurpStatus.Done, 1, LengthBytes), (progress.Status, progress.Keys, progress.Bytes));
        Bounds.AtMost(16 * 1024 * 1024, allocatedBytes);
        Assert.Equal(":2\r\n", await server.Client.SendAsync("BITCOUNT long"));
        Assert.Equal($":{LengthBytes}\r\n", await server.Client.SendAsync("STRLEN long"));
        Assert.Equal(":1\r\n", await server.Client.SendAsync($"GETBIT long {(8L * LengthBytes) - 1}"));
    }
}
