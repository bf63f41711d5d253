using Bitmapist.Server.Settings;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Tests.Connections;

/// <summary>What EXEC allocates is counted for the whole process, so no other test may run meanwhile.</summary>
[CollectionDefinition(nameof(TransactionMemoryTests), DisableParallelization = true)]
[Collection(nameof(TransactionMemoryTests))]
public sealed class TransactionMemoryTests
{
    [Fact]
    public async Task Names_that_a_transaction_asks_for_again_and_again_count_against_the_memory_of_clients()
    {
        const int Keys = 2000, Times = 3000;
        ServerState server = PipedClient.NewServer(new ServerOptions { ClientMemoryBytesMax = 1 << 20 });
        await using var client = new PipedClient(server);
        await using var other = new PipedClient(server);
        for (int i = 0; i < Keys; i++) await other.SendAsync($"SET key:{i:000000} v");
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await client.SendAsync("MULTI");
        await client.WriteAsync([.. Enumerable.Repeat("KEYS *", Times), "SET k done", "EXEC"]);
        await client.Running.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.True(client.Connection.IsCutOff);
        Assert.Equal("$4\r\ndone\r\n", await other.SendAsync("GET k"));
        // Each list takes more than its names' 10 bytes; all would take some 300 MB.
        Bounds.AtMost(Keys * Times * 20L, GC.GetTotalAllocatedBytes(precise: true) - before);
    }
}
