using Bitmapist.Server.Timing;

namespace Bitmapist.Server.Tests.Timing;

/// <summary>Latencies as redis-server tells them: two significant digits, bounds that double.</summary>
public sealed class LatencyHistogramTests
{
    [Theory] // of INFO latencystats and LATENCY HISTOGRAM of redis-server 7.0.15, which measures whole microseconds
    [InlineData(1, 1)]
    [InlineData(255, 255)]
    [InlineData(1000, 1003)]
    [InlineData(4000, 4015)]
    [InlineData(7000, 7007)]
    [InlineData(20_000, 20_095)]
    [InlineData(108_000, 108_031)]
    [InlineData(238_000, 238_591)]
    [InlineData(1_236_000, 1_236_991)]
    [InlineData(999_999_999, 1_002_438_655)]
    [InlineData(long.MaxValue, 1_002_438_655)]
    public void A_value_counts_as_the_highest_of_its_step(long nanoseconds, long shown)
    {
        var histogram = new LatencyHistogram();
        histogram.Add(nanoseconds, 1);
        Assert.Equal(shown, histogram.AtPercentile(50));
        Assert.Equal(shown, histogram.AtPercentile(100));
    }

    [Fact]
    public void Percentiles_are_of_all_calls()
    {
        var histogram = new LatencyHistogram();
        histogram.Add(1000, 98);
        histogram.Add(50_000, 1);
        histogram.Add(900_000, 1);
        Assert.Equal(100, histogram.Count);
        Assert.Equal(1003, histogram.AtPercentile(50));
        Assert.Equal(1003, histogram.AtPercentile(98));
        Assert.Equal(50_175, histogram.AtPercentile(99));
        Assert.InRange(histogram.AtPercentile(99.9), 900_000, 903_168);
        Assert.Equal(0, new LatencyHistogram().AtPercentile(50));
    }

    [Fact]
    public void Counts_add_up_by_bounds_that_double()
    {
        var histogram = new LatencyHistogram();
        histogram.Add(500, 1); // below a microsecond
        histogram.Add(8000, 2);
        histogram.Add(30_000, 17);
        histogram.Add(60_000, 1);
        Assert.Equal([(1, 1), (8, 3), (33, 20), (66, 21)], histogram.Cumulative());
        histogram.Clear();
        Assert.Empty(histogram.Cumulative());
    }

    [Fact]
    public void Calls_below_powers_of_two_are_counted_exactly()
    {
        var histogram = new LatencyHistogram();
        histogram.Add(0, 1);
        histogram.Add(1023, 2);
        histogram.Add(1024, 4); // not below it
        histogram.Add((1L << 20) - 1, 8);
        histogram.Add(1L << 20, 16);
        histogram.Add(long.MaxValue, 32);
        long[] calls = new long[4];
        histogram.CountBelow([1 << 10, 1 << 20, 1 << 29], calls);
        Assert.Equal([3, 15, 31, 63], calls);
    }

    [Fact]
    public void Threads_count_without_losing_any()
    {
        var histogram = new LatencyHistogram();
        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 10_000; i++) histogram.Add(i % 7, 1);
        });
        Assert.Equal(40_000, histogram.Count);
    }
}
