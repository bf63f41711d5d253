using System.Globalization;
using System.Text;

namespace Bitmapist.Client.Events;

/// <summary>Everyone who had an event on a day.</summary>
public sealed record DayEvents : PeriodEvents
{
    /// <summary>Names a day of an event.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="year">1 … 9998.</param>
    /// <param name="month">1 … 12.</param>
    /// <param name="day">From 1 to the month's last.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No such day.</exception>
    public DayEvents(string name, int year, int month, int day)
        : this(name, new DateOnly(CheckedYear(year), month, day))
    {
    }

    private DayEvents(string name, DateOnly date)
        : base(CheckedName(name), EventPeriod.OfDays(date, date))
    {
        CheckedYear(date.Year);
        Date = date;
    }

    /// <summary>The day, of UTC.</summary>
    public DateOnly Date { get; }

    /// <inheritdoc/>
    public override PeriodUnit Unit => PeriodUnit.Day;

    internal override EventShape Shape => new EventShape.Stored(
        Name, string.Create(CultureInfo.InvariantCulture, $"{Date.Year}-{Date.Month}-{Date.Day}"));

    /// <summary>The day that holds a moment, in UTC.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="moment">A moment: of UTC, unless its kind is <see cref="DateTimeKind.Local"/>.</param>
    public static DayEvents From(string name, DateTime moment) => From(name, EventPeriod.Utc(moment));

    /// <summary>The day that holds a moment, in UTC.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="moment">A moment of any offset.</param>
    public static DayEvents From(string name, DateTimeOffset moment) =>
        new(name, DateOnly.FromDateTime(moment.UtcDateTime));

    /// <summary>The set of a date.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="date">A date of UTC.</param>
    public static DayEvents From(string name, DateOnly date) => new(name, date);

    /// <inheritdoc/>
    public override DayEvents Shift(int periods) => new(Name, Date.AddDays(periods));

    /// <inheritdoc/>
    public override DayEvents Previous() => Shift(-1);

    /// <inheritdoc/>
    public override DayEvents Next() => Shift(1);

    internal override void AppendTo(StringBuilder text, Precedence surroundings) =>
        AppendCall(text, nameof(DayEvents), Name, Date.Year, Date.Month, Date.Day);
}
