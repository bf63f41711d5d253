using System.Globalization;

namespace Bitmapist.Analytics.Periods;

/// <summary>
/// An hour, day, week, month or year of UTC. Named as bitmapist's keys name it: numbers without leading zeros.
/// </summary>
public readonly record struct EventPeriod
{
    private EventPeriod(PeriodUnit unit, DateTime start)
    {
        Unit = unit;
        Start = start;
    }

    /// <summary>Its length.</summary>
    public PeriodUnit Unit { get; }

    /// <summary>Its first moment, of UTC.</summary>
    public DateTime Start { get; }

    /// <summary>What the name of its key ends in; a year has none, and is its twelve months.</summary>
    public string Suffix => Unit switch
    {
        PeriodUnit.Hour => Text($"{Start.Year}-{Start.Month}-{Start.Day}-{Start.Hour}"),
        PeriodUnit.Day => Text($"{Start.Year}-{Start.Month}-{Start.Day}"),
        PeriodUnit.Week => Text($"W{ISOWeek.GetYear(Start)}-{ISOWeek.GetWeekOfYear(Start)}"),
        PeriodUnit.Month => Text($"{Start.Year}-{Start.Month}"),
        _ => throw new InvalidOperationException("A year has no key of its own."),
    };

    /// <summary>The period of a unit that holds a moment of UTC.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Its year is not one that has periods.</exception>
    public static EventPeriod Of(PeriodUnit unit, DateTime moment)
    {
        int year = unit == PeriodUnit.Week ? ISOWeek.GetYear(moment) : moment.Year;
        ArgumentOutOfRangeException.ThrowIfLessThan(year, AnalyticsLimits.YearMin, nameof(moment));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(year, AnalyticsLimits.YearMax, nameof(moment));
        DateTime day = DateTime.SpecifyKind(moment.Date, DateTimeKind.Utc);
        return new EventPeriod(unit, unit switch
        {
            PeriodUnit.Hour => day.AddHours(moment.Hour),
            PeriodUnit.Day => day,
            PeriodUnit.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            PeriodUnit.Month => day.AddDays(1 - day.Day),
            _ => new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc),
        });
    }

    /// <summary>The period so many later, or earlier where it is negative.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Its year is not one that has periods.</exception>
    public EventPeriod Shift(int periods) => Of(Unit, Unit switch
    {
        PeriodUnit.Hour => Start.AddHours(periods),
        PeriodUnit.Day => Start.AddDays(periods),
        PeriodUnit.Week => Start.AddDays(7.0 * periods),
        PeriodUnit.Month => Start.AddMonths(periods),
        _ => Start.AddYears(periods),
    });

    /// <summary>The periods that have keys, which hold together what this one does.</summary>
    public IEnumerable<EventPeriod> Stored()
    {
        if (Unit != PeriodUnit.Year) return [this];
        EventPeriod january = new(PeriodUnit.Month, Start);
        return Enumerable.Range(0, 12).Select(january.Shift);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
