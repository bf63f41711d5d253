using System.Globalization;
using System.Text;

namespace Bitmapist.Client.Events;

/// <summary>Everyone who had an event in a month.</summary>
public sealed record MonthEvents : PeriodEvents
{
    /// <summary>Names a month of an event.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="year">1 … 9998.</param>
    /// <param name="month">1 … 12.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No such month.</exception>
    public MonthEvents(string name, int year, int month)
        : this(name, new DateOnly(CheckedYear(year), month, 1))
    {
    }

    private MonthEvents(string name, DateOnly first)
        : base(CheckedName(name), EventPeriod.OfDays(first, first.AddMonths(1).AddDays(-1)))
    {
        Year = CheckedYear(first.Year);
        Month = first.Month;
    }

    /// <summary>The calendar year.</summary>
    public int Year { get; }

    /// <summary>The month, 1 … 12.</summary>
    public int Month { get; }

    /// <inheritdoc/>
    public override PeriodUnit Unit => PeriodUnit.Month;

    internal override EventShape Shape =>
        new EventShape.Stored(Name, string.Create(CultureInfo.InvariantCulture, $"{Year}-{Month}"));

    /// <summary>The month that holds a moment, in UTC.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="moment">A moment: of UTC, unless its kind is <see cref="DateTimeKind.Local"/>.</param>
    public static MonthEvents From(string name, DateTime moment) => From(name, EventPeriod.Utc(moment));

    /// <summary>The month that holds a moment, in UTC.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="moment">A moment of any offset.</param>
    public static MonthEvents From(string name, DateTimeOffset moment) =>
        new(name, moment.UtcDateTime.Year, moment.UtcDateTime.Month);

    /// <summary>The month that holds a date.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="date">A date of UTC.</param>
    public static MonthEvents From(string name, DateOnly date) => new(name, date.Year, date.Month);

    /// <inheritdoc/>
    public override MonthEvents Shift(int periods) => new(Name, new DateOnly(Year, Month, 1).AddMonths(periods));

    /// <inheritdoc/>
    public override MonthEvents Previous() => Shift(-1);

    /// <inheritdoc/>
    public override MonthEvents Next() => Shift(1);

    internal override void AppendTo(StringBuilder text, Precedence surroundings) =>
        AppendCall(text, nameof(MonthEvents), Name, Year, Month);
}
