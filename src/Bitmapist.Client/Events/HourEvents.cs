using System.Globalization;
using System.Text;

namespace Bitmapist.Client.Events;

/// <summary>Everyone who had an event in an hour. Marked only where hourly tracking is on.</summary>
public sealed record HourEvents : PeriodEvents
{
    /// <summary>Names an hour of an event.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="year">1 … 9998.</param>
    /// <param name="month">1 … 12.</param>
    /// <param name="day">From 1 to the month's last.</param>
    /// <param name="hour">0 … 23, of UTC.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No such hour.</exception>
    public HourEvents(string name, int year, int month, int day, int hour)
        : this(name, new DateTimeOffset(CheckedYear(year), month, day, hour, 0, 0, TimeSpan.Zero))
    {
    }

    private HourEvents(string name, DateTimeOffset start)
        : base(CheckedName(name), EventPeriod.OfHour(start))
    {
        CheckedYear(start.Year);
    }

    /// <summary>The day, of UTC.</summary>
    public DateOnly Date => DateOnly.FromDateTime(PeriodStart.UtcDateTime);

    /// <summary>The hour of the day, 0 … 23.</summary>
    public int Hour => PeriodStart.Hour;

    /// <inheritdoc/>
    public override PeriodUnit Unit => PeriodUnit.Hour;

    internal override EventShape Shape => new EventShape.Stored(
        Name, string.Create(CultureInfo.InvariantCulture, $"{Date.Year}-{Date.Month}-{Date.Day}-{Hour}"));

    /// <summary>The hour that holds a moment, in UTC.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="moment">A moment: of UTC, unless its kind is <see cref="DateTimeKind.Local"/>.</param>
    public static HourEvents From(string name, DateTime moment) => From(name, EventPeriod.Utc(moment));

    /// <summary>The hour that holds a moment, in UTC.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="moment">A moment of any offset.</param>
    public static HourEvents From(string name, DateTimeOffset moment)
    {
        DateTime utc = moment.UtcDateTime;
        return new HourEvents(name, utc.Year, utc.Month, utc.Day, utc.Hour);
    }

    /// <inheritdoc/>
    public override HourEvents Shift(int periods) => new(Name, PeriodStart.AddHours(periods));

    /// <inheritdoc/>
    public override HourEvents Previous() => Shift(-1);

    /// <inheritdoc/>
    public override HourEvents Next() => Shift(1);

    internal override void AppendTo(StringBuilder text, Precedence surroundings) =>
        AppendCall(text, nameof(HourEvents), Name, Date.Year, Date.Month, Date.Day, Hour);
}
