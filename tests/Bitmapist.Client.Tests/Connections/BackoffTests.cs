namespace Bitmapist.Client.Tests.Connections;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(0, 0.0, 0)]
    [InlineData(1, 0.0, 50)]
    [InlineData(2, 0.0, 100)]
    [InlineData(3, 0.0, 200)]
    [InlineData(6, 0.0, 1600)]
    [InlineData(7, 0.0, 2000)]
    [InlineData(1_000_000, 0.0, 2000)]
    [InlineData(1, 0.999999, 26)]
    [InlineData(7, 0.5, 1500)]
    public void Waits_double_up_to_a_bound_less_up_to_half_by_chance(int failures, double chance, int delayMs) =>
        Assert.Equal(delayMs, Backoff.DelayMs(failures, firstMs: 50, maxMs: 2_000, chance));
}
