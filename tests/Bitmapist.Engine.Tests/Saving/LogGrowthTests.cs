using Bitmapist.Engine.Verbs;
using Bitmapist.Storage.Log;

namespace Bitmapist.Engine.Tests.Saving;

/// <summary>Without periodic saves, too, the log stays short: a save begins when it has outgrown the data.</summary>
public sealed class LogGrowthTests
{
    [Fact]
    public async Task A_log_that_outgrows_the_data_is_saved_and_dropped()
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        server.Keyspace.LogGrowthBytesMin = 20_000;
        long longest = 0;
        for (uint i = 0; i < 5000; i++)
        {
            server.Pair.SetBit($"key{i % 10}", i % 2000, bit: i % 4000 < 2000);
            if (i % 100 != 0) continue;
            await server.Keyspace.CommitAsync(server.Session);
            longest = Math.Max(longest, server.Keyspace.LogBytes);
            Look(server);
        }

        Assert.True(server.Events.SavesForGrowth >= 4, $"{server.Events.SavesForGrowth} saves");
        Assert.InRange(longest, 20_000, 40_000);
        Assert.Empty(server.Events.Unexpected);
        server.Check();
    }

    [Fact]
    public async Task It_is_compared_with_the_data_and_with_a_least_size()
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        server.Pair.Set("data", new byte[1], SetCondition.Always, StringVerbs.NoExpiry);
        byte[] dense = new byte[20_000];
        new Random(1).NextBytes(dense);
        server.Pair.Set("dense", dense, SetCondition.Always, StringVerbs.NoExpiry);
        await server.SaveAsync();
        long live = server.Keyspace.DatabaseLiveBytes;
        Assert.InRange(live, 20_000, 30_000);
        await WriteAsync(server, 10_000);

        server.Keyspace.LogGrowthBytesMin = 1000;
        Assert.False(Look(server)); // less than the data
        server.Keyspace.LogGrowthPercentage = 25;
        server.Keyspace.LogGrowthBytesMin = 50_000;
        Assert.False(Look(server)); // less than the least
        server.Keyspace.LogGrowthBytesMin = 1000;
        server.Keyspace.LogGrowthPercentage = 0;
        Assert.False(Look(server)); // never
        server.Keyspace.LogGrowthPercentage = 25;
        Assert.True(Look(server));
        Assert.False(Look(server)); // the log is short again
    }

    [Fact]
    public async Task Changes_that_came_to_nothing_are_dropped_as_well()
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        for (int i = 0; i < 500; i++)
        {
            server.Pair.SetBit("key", (uint)i, bit: true);
            server.Pair.Delete("key");
        }

        await server.Keyspace.CommitAsync(server.Session);
        server.Keyspace.LogGrowthBytesMin = 1000;
        Assert.True(Look(server));
        Bounds.AtMost(1000, server.Keyspace.LogBytes);
        Assert.False(Look(server));
    }

    [Fact]
    public async Task A_save_that_fails_is_not_begun_again_at_once()
    {
        await using SimulatedServer server = new(FsyncPolicy.No);
        await WriteAsync(server, 10_000);
        server.Disk.FullSuffix = "bitmapist.db";
        server.Keyspace.LogGrowthBytesMin = 1000;
        Assert.True(Look(server));
        Assert.Equal(1, server.Events.FailedSaves);
        for (int i = 0; i < 9; i++) Assert.False(Look(server)); // 100 ms each
        server.Disk.FullSuffix = "";
        Look(server);
        Assert.True(Eventually.Comes(() => server.Events.Saves == 1, TimeSpan.FromSeconds(10)));
    }

    private static async Task WriteAsync(SimulatedServer server, int bytes)
    {
        for (uint i = 0; server.Keyspace.LogBytes < bytes; i++)
        {
            server.Pair.SetBit("bits", i % 1000, bit: i % 2000 < 1000);
            if (i % 50 == 0) await server.Keyspace.CommitAsync(server.Session);
        }
    }

    /// <summary>Lets the keeper look once; whether that began a save, which then is over.</summary>
    private static bool Look(SimulatedServer server)
    {
        int before = server.Events.SavesForGrowth;
        long looks = server.Keyspace.LogLooks;
        server.Time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.True(Eventually.Comes(() => server.Keyspace.LogLooks > looks, TimeSpan.FromSeconds(10)));
        Assert.True(Eventually.Comes(() => !server.Keyspace.IsSaving, TimeSpan.FromSeconds(10)));
        return server.Events.SavesForGrowth > before;
    }
}
