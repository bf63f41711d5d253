using System.Globalization;
using System.Text;

namespace Bitmapist.Client.Events;

/// <summary>
/// Everyone who had an event in the last n hours, days, weeks, months or years up to a moment: the OR of those periods,
/// the one that holds the moment included.
/// </summary>
public sealed record RollingEvents : PeriodEvents
{
    private readonly PeriodEvents _last;

    /// <summary>Names the periods up to a moment.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="unit">The length of each period.</param>
    /// <param name="count">Periods, 1 or more, the one that holds the moment included.</param>
    /// <param name="until">A moment of any offset, in the last of the periods.</param>
    /// <exception cref="ArgumentException">The name is empty, or there are too many periods: some ten
    /// thousand.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No such unit, a count below 1, or a year outside 1 …
    /// 9998.</exception>
    public RollingEvents(string name, PeriodUnit unit, int count, DateTimeOffset until)
        : this(From(unit, name, until), count)
    {
    }

    /// <summary>Names the periods up to a moment.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="unit">The length of each period.</param>
    /// <param name="count">Periods, 1 or more, the one that holds the moment included.</param>
    /// <param name="until">A moment: of UTC, unless its kind is <see cref="DateTimeKind.Local"/>.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No such unit, a count below 1, or a year outside 1 …
    /// 9998.</exception>
    public RollingEvents(string name, PeriodUnit unit, int count, DateTime until)
        : this(name, unit, count, EventPeriod.Utc(until))
    {
    }

    private RollingEvents(PeriodEvents last, int count)
        : base(last.Name, new EventPeriod(First(last, count).PeriodStart, last.PeriodEnd))
    {
        _last = last;
        Count = count;
        Size = count == 1 ? last.Size : ExpressionSize.OfOperation(last.Size, count);
    }

    /// <summary>How many periods are looked at.</summary>
    public int Count { get; }

    /// <inheritdoc/>
    public override PeriodUnit Unit => _last.Unit;

    internal override ExpressionSize Size { get; }

    internal override EventShape Shape
    {
        get
        {
            if (Count == 1) return _last.Shape;
            var periods = new EventSet[Count]; // The latest comes first: so the operands are in the key.
            for (int back = 0; back < Count; back++) periods[back] = _last.Shift(-back);
            return new EventShape.Computed(BitOperation.Or, periods);
        }
    }

    /// <summary>As many periods up to a later or earlier one.</summary>
    /// <inheritdoc/>
    public override RollingEvents Shift(int periods) => new(_last.Shift(periods), Count);

    /// <inheritdoc/>
    public override RollingEvents Previous() => Shift(-1);

    /// <inheritdoc/>
    public override RollingEvents Next() => Shift(1);

    internal override void AppendTo(StringBuilder text, Precedence surroundings) =>
        text.Append(CultureInfo.InvariantCulture,
            $"{nameof(RollingEvents)}(\"{Name}\", {Unit}, {Count}, {_last.PeriodStart:yyyy-MM-ddTHH}Z)");

    private static PeriodEvents First(PeriodEvents last, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return last.Shift(1 - count);
    }
}
