using System.Globalization;
using System.Text;

namespace Bitmapist.Client.Events;

/// <summary>
/// Everyone who had an event in an ISO week (ISO 8601): Monday to Sunday, in the year that holds its Thursday. So 1
/// January 2027, a Friday, is in week 53 of 2026.
/// </summary>
public sealed record WeekEvents : PeriodEvents
{
    private const int Days = 7;

    /// <summary>Names a week of an event.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="year">The ISO year, 1 … 9998: not always the calendar year of the week's days.</param>
    /// <param name="week">The ISO week, from 1 to the year's 52 or 53.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The year has no such week.</exception>
    public WeekEvents(string name, int year, int week)
        : this(name, Monday(year, week))
    {
    }

    private WeekEvents(string name, DateOnly monday)
        : base(CheckedName(name), EventPeriod.OfDays(monday, monday.AddDays(Days - 1)))
    {
        Year = CheckedYear(ISOWeek.GetYear(monday));
        Week = ISOWeek.GetWeekOfYear(monday);
    }

    /// <summary>The ISO year.</summary>
    public int Year { get; }

    /// <summary>The ISO week, 1 … 53.</summary>
    public int Week { get; }

    /// <inheritdoc/>
    public override PeriodUnit Unit => PeriodUnit.Week;

    internal override EventShape Shape =>
        new EventShape.Stored(Name, string.Create(CultureInfo.InvariantCulture, $"W{Year}-{Week}"));

    /// <summary>The ISO week that holds a moment, in UTC.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="moment">A moment: of UTC, unless its kind is <see cref="DateTimeKind.Local"/>.</param>
    public static WeekEvents From(string name, DateTime moment) => From(name, EventPeriod.Utc(moment));

    /// <summary>The ISO week that holds a moment, in UTC.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="moment">A moment of any offset.</param>
    public static WeekEvents From(string name, DateTimeOffset moment) =>
        From(name, DateOnly.FromDateTime(moment.UtcDateTime));

    /// <summary>The ISO week that holds a date.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="date">A date of UTC.</param>
    public static WeekEvents From(string name, DateOnly date) =>
        new(name, ISOWeek.GetYear(date), ISOWeek.GetWeekOfYear(date));

    /// <inheritdoc/>
    public override WeekEvents Shift(int periods) =>
        new(Name, DateOnly.FromDateTime(PeriodStart.UtcDateTime).AddDays(checked(Days * periods)));

    /// <inheritdoc/>
    public override WeekEvents Previous() => Shift(-1);

    /// <inheritdoc/>
    public override WeekEvents Next() => Shift(1);

    internal override void AppendTo(StringBuilder text, Precedence surroundings) =>
        AppendCall(text, nameof(WeekEvents), Name, Year, Week);

    private static DateOnly Monday(int year, int week)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(week, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(week, ISOWeek.GetWeeksInYear(CheckedYear(year)));
        return ISOWeek.ToDateOnly(year, week, DayOfWeek.Monday);
    }
}
