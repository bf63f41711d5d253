using Bitmapist.Server.State;

namespace Bitmapist.Server.Tests.State;

/// <summary>Counts of a few commands among many.</summary>
public sealed class ClientCountersTests
{
    [Fact]
    public void Counts_of_many_commands_are_kept_apart()
    {
        var counters = new ClientCounters(200);
        for (int round = 0; round < 3; round++)
            for (int command = 199; command >= 0; command -= 7) counters.Of(command).Calls += command;
        Assert.Equal(3 * 199, counters[199].Calls);
        Assert.Equal(3 * 3, counters[3].Calls);
        Assert.Equal(0, counters[198].Calls);
        int once = Enumerable.Range(0, 200).Where(command => (199 - command) % 7 == 0).Sum();
        Assert.Equal(3 * once, counters.TotalCalls);
    }

    [Fact]
    public void Sums_and_differences_concern_every_count()
    {
        var one = new ClientCounters(10);
        one.Of(4) = new CommandCounts { Calls = 5, Ticks = 50, Failures = 2, Rejections = 1 };
        one.InputBytes = 7;
        var sum = new ClientCounters(10);
        sum.Of(9).Calls = 1;
        one.AddTo(sum);
        one.AddTo(sum);
        sum.Subtract(one);
        Assert.Equal((5, 50, 2, 1), (sum[4].Calls, sum[4].Ticks, sum[4].Failures, sum[4].Rejections));
        Assert.Equal((1, 7L), (sum[9].Calls, sum.InputBytes));
    }
}
