using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Bitmapist.Client.Events;

/// <summary>
/// An event without a period, which becomes an <see cref="EventSet"/> once it is given one: a plain event, a flag, or
/// an expression such as "active on web or iOS". Cohorts take definitions, because they look at the same thing in many
/// periods, of whatever length.
/// </summary>
/// <remarks>
/// Text becomes the plain event of that name. Definitions combine as sets do:
/// <c>(active &amp; (web | ios)).As("active_web_ios")</c>. Immutable; safe for use by several threads if the functions
/// given to it are.
/// </remarks>
public sealed class EventDefinition
{
    private readonly Func<PeriodUnit, DateTimeOffset, EventSet> _inPeriod;
    private readonly int _depth; // of functions that call one another

    /// <summary>Names an expression.</summary>
    /// <param name="name">What people choose it by, not empty.</param>
    /// <param name="inPeriod">Gives the set of the period of a unit that holds a moment.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public EventDefinition(string name, Func<PeriodUnit, DateTimeOffset, EventSet> inPeriod)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(inPeriod);
        Name = name;
        _inPeriod = inPeriod;
    }

    private EventDefinition(string name, Func<PeriodUnit, DateTimeOffset, EventSet> inPeriod, int depth)
        : this(name, inPeriod)
    {
        if (depth > ClientLimits.ExpressionDepthMax)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"Definitions may be nested {ClientLimits.ExpressionDepthMax:N0} deep: combine many "
                + $"events in one function, which gives EventSet.Or or its like over all of them."));
        }

        _depth = depth;
    }

    /// <summary>What people choose it by.</summary>
    public string Name { get; }

    /// <summary>The plain event of a name; of null null, so that "no event" may be handed on.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    [return: NotNullIfNotNull(nameof(name))]
    public static implicit operator EventDefinition?(string? name) => name is null ? null : Of(name);

    /// <summary>In both, in the same period.</summary>
    public static EventDefinition operator &(EventDefinition left, EventDefinition right) =>
        Combine(left, right, '&', (one, other) => one & other);

    /// <summary>In either, in the same period.</summary>
    public static EventDefinition operator |(EventDefinition left, EventDefinition right) =>
        Combine(left, right, '|', (one, other) => one | other);

    /// <summary>In one of the two and not in both, in the same period.</summary>
    public static EventDefinition operator ^(EventDefinition left, EventDefinition right) =>
        Combine(left, right, '^', (one, other) => one ^ other);

    /// <summary>In the left and not in the right, in the same period.</summary>
    public static EventDefinition operator -(EventDefinition left, EventDefinition right) =>
        Combine(left, right, '-', (one, other) => one - other);

    /// <summary>Not in it, up to the last byte of its key in that period: see <see cref="EventSet"/>'s.</summary>
    public static EventDefinition operator ~(EventDefinition operand)
    {
        ArgumentNullException.ThrowIfNull(operand);
        return new($"~{operand.Name}", (unit, at) => ~operand._inPeriod(unit, at), operand._depth + 1);
    }

    /// <summary>The plain event of a name.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static EventDefinition Of(string name) => new(name, (unit, at) => PeriodEvents.From(unit, name, at));

    /// <summary>The flag of a name: the same set in every period.</summary>
    /// <param name="name">The event's or attribute's name, not empty.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static EventDefinition Unique(string name)
    {
        var flag = new UniqueEvents(name);
        return new(name, (_, _) => flag);
    }

    /// <summary>The set of a period.</summary>
    /// <param name="unit">The period's length.</param>
    /// <param name="moment">A moment in it, of any offset.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such unit, or a year outside 1 … 9998.</exception>
    public EventSet In(PeriodUnit unit, DateTimeOffset moment) => _inPeriod(unit, moment);

    /// <summary>The set of a period.</summary>
    /// <param name="unit">The period's length.</param>
    /// <param name="moment">A moment in it: of UTC, unless its kind is <see cref="DateTimeKind.Local"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such unit, or a year outside 1 … 9998.</exception>
    public EventSet In(PeriodUnit unit, DateTime moment) => In(unit, EventPeriod.Utc(moment));

    /// <summary>The set of the period that begins with, or holds, a date.</summary>
    /// <param name="unit">The period's length; not hours, which a date does not tell apart.</param>
    /// <param name="date">A date of UTC.</param>
    /// <exception cref="ArgumentOutOfRangeException">Hours, no such unit, or a year outside 1 … 9998.</exception>
    public EventSet In(PeriodUnit unit, DateOnly date)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)unit, (int)PeriodUnit.Hour, nameof(unit));
        return In(unit, EventPeriod.AtMidnight(date));
    }

    /// <summary>The same under another name.</summary>
    /// <param name="name">What people choose it by, not empty.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public EventDefinition As(string name) => new(name, _inPeriod, _depth);

    /// <summary>The same, some periods later than the one asked for: "who also came the month before".</summary>
    /// <param name="periods">Periods to move by; negative for earlier.</param>
    public EventDefinition Shift(int periods) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{Name}[{periods:+0;-0;0}]"),
            (unit, at) => _inPeriod(unit, at).Shift(periods), _depth + 1);

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    private static EventDefinition Combine(
        EventDefinition left, EventDefinition right, char sign, Func<EventSet, EventSet, EventSet> combine)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new($"({left.Name} {sign} {right.Name})",
            (unit, at) => combine(left._inPeriod(unit, at), right._inPeriod(unit, at)),
            Math.Max(left._depth, right._depth) + 1);
    }
}

/// <summary>
/// Names that mean more than the event they spell: what a page or a form uses to turn chosen names into definitions.
/// Fill it first; reading it is then safe for several threads.
/// </summary>
public sealed class EventCatalog
{
    private readonly Dictionary<string, EventDefinition> _definitions = [];

    /// <summary>Names defined, in no order.</summary>
    public IReadOnlyCollection<string> Names => _definitions.Keys;

    /// <summary>Adds a definition under its own name; one of that name before is replaced.</summary>
    /// <param name="definition">The definition.</param>
    /// <returns>The catalogue, for further additions.</returns>
    public EventCatalog Add(EventDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        _definitions[definition.Name] = definition;
        return this;
    }

    /// <summary>What a name means: its definition, else the plain event. O(1).</summary>
    /// <param name="name">A name, not empty.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public EventDefinition Find(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return _definitions.TryGetValue(name, out EventDefinition? definition) ? definition : EventDefinition.Of(name);
    }
}
