using Bitmapist.Crash;
using Bitmapist.Crash.Rounds;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Durability.Tests;

/// <summary>The short form of scripts/crash: every kind of round, until a kill of each has come in time.</summary>
public sealed class KillTests
{
    private const int TurnsMax = 12; // of ten kills about three miss: that twelve do is one run in a million

    [Fact]
    public async Task Everything_acknowledged_survives_a_kill_during_every_kind_of_work()
    {
        int seed = Random.Shared.Next();
        using CrashTest test = new(
            BitmapistServer.ExecutablePath, seed, TestContext.Current.TestOutputHelper!.WriteLine);
        await test.RunEveryKindAsync(TurnsMax);
        Assert.True(test.Tally.Rounds(RoundKind.OrderlyStop) > 0);
        Assert.All(
            Enum.GetValues<RoundKind>().Except([RoundKind.OrderlyStop]),
            kind => Assert.True(test.Tally.UnderWay(kind) > 0, $"seed {seed}: no kill hit {kind} under way"));
        Assert.True(test.Acknowledged > 100, $"seed {seed}: {test.Acknowledged} steps are no test");
    }
}
