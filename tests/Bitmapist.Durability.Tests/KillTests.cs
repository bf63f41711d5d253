using Bitmapist.Crash;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Durability.Tests;

/// <summary>The short form of scripts/crash.</summary>
public sealed class KillTests
{
    [Fact]
    public async Task Everything_acknowledged_survives_kills_at_random_moments()
    {
        int seed = Random.Shared.Next();
        CrashTest test = new(BitmapistServer.ExecutablePath, seed, TestContext.Current.TestOutputHelper!.WriteLine);
        await test.RunAsync(rounds: 5);
        Assert.True(test.Acknowledged > 100, $"seed {seed}: {test.Acknowledged} steps are no test");
    }
}
