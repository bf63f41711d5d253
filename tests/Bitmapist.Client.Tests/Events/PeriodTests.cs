using System.Globalization;
using Bitmapist.Client.Events;

namespace Bitmapist.Client.Tests.Events;

public sealed class PeriodTests
{
    private static readonly DateTimeOffset s_moment = new(2026, 1, 17, 9, 59, 59, TimeSpan.Zero);

    [Theory]
    [InlineData(PeriodUnit.Hour, "2026-01-17T09:00:00.000000", "2026-01-17T09:59:59.999999")]
    [InlineData(PeriodUnit.Day, "2026-01-17T00:00:00.000000", "2026-01-17T23:59:59.999999")]
    [InlineData(PeriodUnit.Week, "2026-01-12T00:00:00.000000", "2026-01-18T23:59:59.999999")]
    [InlineData(PeriodUnit.Month, "2026-01-01T00:00:00.000000", "2026-01-31T23:59:59.999999")]
    [InlineData(PeriodUnit.Year, "2026-01-01T00:00:00.000000", "2026-12-31T23:59:59.999999")]
    public void Periods_begin_and_end_as_in_Python(PeriodUnit unit, string start, string end)
    {
        var period = PeriodEvents.From(unit, "active", s_moment);
        const string Format = "yyyy-MM-ddTHH:mm:ss.ffffff";
        Assert.Equal(start, period.PeriodStart.ToString(Format, CultureInfo.InvariantCulture));
        Assert.Equal(end, period.PeriodEnd.ToString(Format, CultureInfo.InvariantCulture));
        Assert.Equal(TimeSpan.Zero, period.PeriodStart.Offset);
        Assert.Equal(TimeSpan.Zero, period.PeriodEnd.Offset);
        Assert.Equal(unit, period.Unit);
    }

    [Fact]
    public void A_moment_of_another_offset_is_looked_at_in_UTC()
    {
        DateTimeOffset newYearInTokyo = new(2026, 1, 1, 8, 0, 0, TimeSpan.FromHours(9));
        Assert.Equal(new DayEvents("a", 2025, 12, 31), DayEvents.From("a", newYearInTokyo));
        Assert.Equal(new HourEvents("a", 2025, 12, 31, 23), HourEvents.From("a", newYearInTokyo));
        Assert.Equal(new MonthEvents("a", 2025, 12), MonthEvents.From("a", newYearInTokyo));
        Assert.Equal(new YearEvents("a", 2025), YearEvents.From("a", newYearInTokyo));
    }

    [Fact]
    public void A_DateTime_is_one_of_UTC_unless_it_says_otherwise()
    {
        // At either end of the month a machine's own zone, whichever it is but UTC, would show.
        foreach (DateTime naive in new DateTime[] { new(2026, 2, 1), new(2026, 2, 28, 23, 59, 59) })
        {
            DateTimeOffset utc = new(naive, TimeSpan.Zero);
            foreach (PeriodUnit unit in Enum.GetValues<PeriodUnit>())
            {
                var expected = PeriodEvents.From(unit, "a", utc);
                Assert.Equal(expected, PeriodEvents.From(unit, "a", naive));
                Assert.Equal(expected, PeriodEvents.From(unit, "a", DateTime.SpecifyKind(naive, DateTimeKind.Utc)));
                Assert.Equal(expected, PeriodEvents.From(unit, "a", utc.LocalDateTime));
                Assert.Equal(expected, EventDefinition.Of("a").In(unit, naive));
                Assert.Equal(new RollingEvents("a", unit, 2, utc), new RollingEvents("a", unit, 2, naive));
            }

            Assert.Equal(HourEvents.From("a", utc), HourEvents.From("a", naive));
            Assert.Equal(DayEvents.From("a", utc), DayEvents.From("a", naive));
            Assert.Equal(WeekEvents.From("a", utc), WeekEvents.From("a", naive));
            Assert.Equal(new MonthEvents("a", 2026, 2), MonthEvents.From("a", naive));
            Assert.Equal(new YearEvents("a", 2026), YearEvents.From("a", naive));
        }
    }

    [Theory]
    [InlineData("2027-01-01", 2026, 53)] // a Friday
    [InlineData("2027-01-04", 2027, 1)]
    [InlineData("2018-12-31", 2019, 1)] // a Monday
    [InlineData("2016-01-03", 2015, 53)]
    [InlineData("2020-12-31", 2020, 53)]
    [InlineData("2005-01-02", 2004, 53)]
    [InlineData("2024-12-30", 2025, 1)]
    public void Weeks_are_those_of_the_ISO_year(string date, int year, int week)
    {
        var events = WeekEvents.From("active", DateOnly.Parse(date, CultureInfo.InvariantCulture));
        Assert.Equal((year, week), (events.Year, events.Week));
        Assert.Equal(DayOfWeek.Monday, events.PeriodStart.DayOfWeek);
        Assert.InRange(DateTimeOffset.Parse(date + "Z", CultureInfo.InvariantCulture),
            events.PeriodStart, events.PeriodEnd);
    }

    [Fact]
    public void Shifting_there_and_back_is_the_same_period()
    {
        foreach (PeriodUnit unit in Enum.GetValues<PeriodUnit>())
        {
            var period = PeriodEvents.From(unit, "active", s_moment);
            for (int by = -60; by <= 60; by++)
            {
                PeriodEvents other = period.Shift(by);
                Assert.Equal(period, other.Shift(-by));
                Assert.Equal(by.CompareTo(0), Math.Sign(other.CompareTo(period)));
                Assert.Equal(other.PeriodEnd + TimeSpan.FromMicroseconds(1), other.Next().PeriodStart);
            }
        }
    }

    [Theory]
    [InlineData(2026, 1, -1, 2025, 12)]
    [InlineData(2026, 1, -12, 2025, 1)]
    [InlineData(2026, 1, -13, 2024, 12)]
    [InlineData(2026, 12, 1, 2027, 1)]
    [InlineData(2026, 5, 7, 2026, 12)]
    [InlineData(2026, 5, 8, 2027, 1)]
    public void Months_are_added_across_years(int year, int month, int by, int expectedYear, int expectedMonth) =>
        Assert.Equal(new MonthEvents("a", expectedYear, expectedMonth), new MonthEvents("a", year, month).Shift(by));

    [Fact]
    public void The_week_after_the_53rd_is_the_first()
    {
        Assert.Equal(new WeekEvents("a", 2027, 1), new WeekEvents("a", 2026, 53).Next());
        Assert.Equal(new WeekEvents("a", 2026, 53), new WeekEvents("a", 2027, 1).Previous());
    }

    [Fact]
    public void A_period_is_over_after_its_last_microsecond()
    {
        var january = new MonthEvents("active", 2026, 1);
        Assert.False(january.IsOver(january.PeriodEnd));
        Assert.True(january.IsOver(january.PeriodEnd + TimeSpan.FromMicroseconds(1)));
        Assert.False((january & new MonthEvents("active", 2026, 2)).IsOver(january.PeriodEnd.AddDays(1)));
        Assert.False((january & new UniqueEvents("premium")).IsOver(DateTimeOffset.MaxValue));
    }

    [Fact]
    public void Flags_do_not_move()
    {
        var premium = new UniqueEvents("premium");
        Assert.Same(premium, premium.Previous());
        Assert.Same(premium, premium.Next());
        Assert.Same(premium, premium.Shift(7));
        Assert.Null(premium.Period);
    }

    [Fact]
    public void Periods_order_by_start_then_length_then_name()
    {
        PeriodEvents[] sorted =
        [
            new HourEvents("b", 2026, 1, 1, 0), new DayEvents("a", 2026, 1, 1), new DayEvents("b", 2026, 1, 1),
            new MonthEvents("a", 2026, 1), new YearEvents("a", 2026), new DayEvents("a", 2026, 1, 2),
        ];
        int seed = Random.Shared.Next();
        PeriodEvents[] shuffled = [.. sorted];
        new Random(seed).Shuffle(shuffled);
        Array.Sort(shuffled);
        Assert.Equal((seed, string.Join<PeriodEvents>(' ', sorted)), (seed, string.Join<PeriodEvents>(' ', shuffled)));
        Assert.True(sorted[0] < sorted[1] && sorted[1] > sorted[0]);
        Assert.True(sorted[0] <= sorted[1] && sorted[1] >= sorted[0]);
    }

    [Fact]
    public void Rolling_events_are_the_periods_up_to_a_moment()
    {
        var week = new RollingEvents("active", PeriodUnit.Day, 7, s_moment);
        Assert.Equal(new DayEvents("active", 2026, 1, 11).PeriodStart, week.PeriodStart);
        Assert.Equal(new DayEvents("active", 2026, 1, 17).PeriodEnd, week.PeriodEnd);
        Assert.Equal(new RollingEvents("active", PeriodUnit.Day, 7, s_moment.AddDays(-1)), week.Previous());
        Assert.Equal(week, new RollingEvents("active", PeriodUnit.Day, 7, s_moment.AddHours(1)));
        Assert.NotEqual(week, new RollingEvents("active", PeriodUnit.Day, 8, s_moment));
    }

    [Fact]
    public void What_is_no_period_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new MonthEvents("a", 2026, 13));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DayEvents("a", 2026, 2, 29));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WeekEvents("a", 2025, 53));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HourEvents("a", 2026, 1, 1, 24));
        Assert.Throws<ArgumentOutOfRangeException>(() => new YearEvents("a", 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RollingEvents("a", PeriodUnit.Day, 0, s_moment));
        Assert.Throws<ArgumentException>(() => new MonthEvents("", 2026, 1));
        Assert.Throws<ArgumentException>(() => new UniqueEvents(""));
    }
}
