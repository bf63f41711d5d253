using System.Text;

namespace Bitmapist.Client.Events;

/// <summary>Everyone who had an event in a year. Not stored: the OR of the twelve months.</summary>
public sealed record YearEvents : PeriodEvents
{
    private const int Months = 12;

    /// <summary>Names a year of an event.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="year">1 … 9998.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The year is.</exception>
    public YearEvents(string name, int year)
        : base(CheckedName(name), EventPeriod.OfDays(new(CheckedYear(year), 1, 1), new(year, Months, 31)))
    {
        Year = year;
    }

    /// <summary>The calendar year.</summary>
    public int Year { get; }

    /// <inheritdoc/>
    public override PeriodUnit Unit => PeriodUnit.Year;

    internal override ExpressionSize Size => ExpressionSize.OfOperation(ExpressionSize.OfKey(Name), Months);

    internal override EventShape Shape
    {
        get
        {
            var months = new EventSet[Months];
            for (int month = 1; month <= Months; month++) months[month - 1] = new MonthEvents(Name, Year, month);
            return new EventShape.Computed(BitOperation.Or, months);
        }
    }

    /// <summary>The year that holds a moment, in UTC.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="moment">A moment: of UTC, unless its kind is <see cref="DateTimeKind.Local"/>.</param>
    public static YearEvents From(string name, DateTime moment) => From(name, EventPeriod.Utc(moment));

    /// <summary>The year that holds a moment, in UTC.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="moment">A moment of any offset.</param>
    public static YearEvents From(string name, DateTimeOffset moment) => new(name, moment.UtcDateTime.Year);

    /// <summary>The year that holds a date.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="date">A date of UTC.</param>
    public static YearEvents From(string name, DateOnly date) => new(name, date.Year);

    /// <inheritdoc/>
    public override YearEvents Shift(int periods) => new(Name, checked(Year + periods));

    /// <inheritdoc/>
    public override YearEvents Previous() => Shift(-1);

    /// <inheritdoc/>
    public override YearEvents Next() => Shift(1);

    internal override void AppendTo(StringBuilder text, Precedence surroundings) =>
        AppendCall(text, nameof(YearEvents), Name, Year);
}
