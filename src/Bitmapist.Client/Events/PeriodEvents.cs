using System.Runtime.CompilerServices;

namespace Bitmapist.Client.Events;

/// <summary>
/// Everyone who had an event in one period: an hour, day, week, month, year, or a row of such. Ordered by start, then
/// length, then name.
/// </summary>
public abstract record PeriodEvents : EventSet, IComparable<PeriodEvents>
{
    private const int YearMin = 1;
    private const int YearMax = 9998; // The week and the rows that begin in 9999 would end outside the calendar.

    private readonly EventPeriod _period;

    private protected PeriodEvents(string name, EventPeriod period)
    {
        Name = name;
        _period = period;
    }

    /// <summary>The event's name.</summary>
    public string Name { get; }

    /// <summary>The unit that <see cref="Shift"/> moves by.</summary>
    public abstract PeriodUnit Unit { get; }

    /// <summary>The period's first moment, in UTC.</summary>
    public DateTimeOffset PeriodStart => _period.Start;

    /// <summary>The period's last moment, in UTC: …:59.999999.</summary>
    public DateTimeOffset PeriodEnd => _period.End;

    /// <summary>The period looked at; never null.</summary>
    public sealed override EventPeriod? Period => _period;

    internal override ExpressionSize Size => ExpressionSize.OfKey(Name);

    /// <summary>Whether the left period comes first.</summary>
    public static bool operator <(PeriodEvents left, PeriodEvents right) => Compare(left, right) < 0;

    /// <summary>Whether the left period comes first, or both are equal.</summary>
    public static bool operator <=(PeriodEvents left, PeriodEvents right) => Compare(left, right) <= 0;

    /// <summary>Whether the right period comes first.</summary>
    public static bool operator >(PeriodEvents left, PeriodEvents right) => Compare(left, right) > 0;

    /// <summary>Whether the right period comes first, or both are equal.</summary>
    public static bool operator >=(PeriodEvents left, PeriodEvents right) => Compare(left, right) >= 0;

    /// <summary>The event's set of the hour, day, week, month or year that holds a moment.</summary>
    /// <param name="unit">The period's length.</param>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="moment">The moment, of any offset; the period is one of UTC.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No such unit, or a year outside 1 … 9998.</exception>
    public static PeriodEvents From(PeriodUnit unit, string name, DateTimeOffset moment) => unit switch
    {
        PeriodUnit.Hour => HourEvents.From(name, moment),
        PeriodUnit.Day => DayEvents.From(name, moment),
        PeriodUnit.Week => WeekEvents.From(name, moment),
        PeriodUnit.Month => MonthEvents.From(name, moment),
        PeriodUnit.Year => YearEvents.From(name, moment),
        _ => throw new ArgumentOutOfRangeException(nameof(unit), unit, "No such unit."),
    };

    /// <summary>The event's set of the hour, day, week, month or year that holds a moment.</summary>
    /// <param name="unit">The period's length.</param>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="moment">A moment: of UTC, unless its kind is <see cref="DateTimeKind.Local"/>.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No such unit, or a year outside 1 … 9998.</exception>
    public static PeriodEvents From(PeriodUnit unit, string name, DateTime moment) =>
        From(unit, name, EventPeriod.Utc(moment));

    /// <inheritdoc/>
    public abstract override PeriodEvents Shift(int periods);

    /// <inheritdoc/>
    public abstract override PeriodEvents Previous();

    /// <inheritdoc/>
    public abstract override PeriodEvents Next();

    /// <inheritdoc/>
    public sealed override bool IsOver(DateTimeOffset now) => _period.IsOver(now);

    /// <summary>Orders by start, then end, then unit, then name by its characters' numbers.</summary>
    /// <param name="other">The other set; null comes first.</param>
    public int CompareTo(PeriodEvents? other)
    {
        if (other is null) return 1;
        int order = PeriodStart.CompareTo(other.PeriodStart);
        if (order == 0) order = PeriodEnd.CompareTo(other.PeriodEnd);
        if (order == 0) order = Unit.CompareTo(other.Unit);
        if (order == 0) order = string.CompareOrdinal(Name, other.Name);
        return order != 0 ? order : string.CompareOrdinal(GetType().Name, other.GetType().Name);
    }

    private protected static string CheckedName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name;
    }

    private protected static int CheckedYear(
        int year, [CallerArgumentExpression(nameof(year))] string? parameter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(year, YearMin, parameter);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(year, YearMax, parameter);
        return year;
    }

    private static int Compare(PeriodEvents left, PeriodEvents right)
    {
        ArgumentNullException.ThrowIfNull(left);
        return left.CompareTo(right);
    }
}
