using Bitmapist.Analytics.Periods;

namespace Bitmapist.Analytics.Tests;

public sealed class PeriodTests
{
    private static readonly DateTime s_now = new(2026, 1, 1, 9, 30, 0, DateTimeKind.Utc); // a Thursday

    [Theory]
    [InlineData("2026-11", "2026-11")]
    [InlineData("2026-1", "2026-1")]
    [InlineData("2026-01", "2026-1")]
    [InlineData("2026-W48", "W2026-48")]
    [InlineData("W2026-3", "W2026-3")]
    [InlineData("2026-w48", null)]
    [InlineData("2026-W53", "W2026-53")]
    [InlineData("2025-W53", null)]
    [InlineData("2026-W0", null)]
    [InlineData("W2026-W3", null)]
    [InlineData("W2026", null)]
    [InlineData("W2026-1-1", null)]
    [InlineData("2026-11-28", "2026-11-28")]
    [InlineData("2026-02-29", null)]
    [InlineData("2024-02-29", "2024-2-29")]
    [InlineData("2026-11-28T13", "2026-11-28-13")]
    [InlineData("2026-11-28T24", null)]
    [InlineData("2026-11-28-13", null)]
    [InlineData("2026T11", null)]
    [InlineData("2026-13", null)]
    [InlineData("0-1", null)]
    [InlineData("9999-1", null)]
    [InlineData("9998-12", "9998-12")]
    [InlineData("2026-", null)]
    [InlineData("2026-+1", null)]
    [InlineData("", null)]
    [InlineData("today", null)]
    [InlineData("hour", "2026-1-1-9")]
    [InlineData("hour-10", "2025-12-31-23")]
    [InlineData("day", "2026-1-1")]
    [InlineData("day+31", "2026-2-1")]
    [InlineData("week", "W2026-1")]
    [InlineData("week-1", "W2025-52")]
    [InlineData("month-1", "2025-12")]
    [InlineData("month-24000", "26-1")]
    [InlineData("month-25000", null)]
    [InlineData("day-100001", null)]
    [InlineData("month-", null)]
    public void Texts_are_periods_by_the_names_of_their_keys(string text, string? suffix)
    {
        bool isPeriod = PeriodText.TryParse(text, s_now, out EventPeriod? period);
        Assert.Equal(suffix, isPeriod ? period!.Value.Suffix : null);
    }

    [Fact]
    public void A_year_is_its_months()
    {
        Assert.True(PeriodText.TryParse("2026", s_now, out EventPeriod? year));
        Assert.Equal(
            Enumerable.Range(1, 12).Select(month => $"2026-{month}"), year.Value.Stored().Select(one => one.Suffix));
    }

    [Fact]
    public void Shifting_goes_from_each_period_to_the_next_for_centuries()
    {
        foreach (PeriodUnit unit in Enum.GetValues<PeriodUnit>())
        {
            EventPeriod period = EventPeriod.Of(unit, s_now);
            for (int i = 0; i < 3_000; i++)
            {
                EventPeriod next = period.Shift(1);
                Assert.True(next.Start > period.Start, $"{unit} behind {period.Start:O}");
                Assert.Equal(period, EventPeriod.Of(unit, next.Start.AddTicks(-1)));
                Assert.Equal(period, next.Shift(-1));
                period = next;
            }
        }
    }
}
