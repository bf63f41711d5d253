namespace Bitmapist.Client.Events;

/// <summary>The time that an event set looks at, in UTC; both ends are part of it.</summary>
public readonly record struct EventPeriod
{
    private static readonly TimeSpan s_lastMoment = TimeSpan.FromDays(1) - TimeSpan.FromMicroseconds(1);

    internal EventPeriod(DateTimeOffset start, DateTimeOffset end)
    {
        Start = start;
        End = end;
    }

    /// <summary>The first moment.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>The last moment, in microseconds as the Python libraries have it: …:59.999999.</summary>
    public DateTimeOffset End { get; }

    /// <summary>Whether the period lies before a moment as a whole. O(1).</summary>
    /// <param name="now">The moment, of any offset.</param>
    public bool IsOver(DateTimeOffset now) => End < now;

    /// <summary>Whether the period lies before a moment as a whole. O(1).</summary>
    /// <param name="now">The moment: of UTC, unless its kind is <see cref="DateTimeKind.Local"/>.</param>
    public bool IsOver(DateTime now) => IsOver(Utc(now));

    /// <summary>Whether a moment lies in the period. O(1).</summary>
    /// <param name="moment">The moment, of any offset.</param>
    public bool Contains(DateTimeOffset moment) => Start <= moment && moment <= End;

    /// <summary>Whether a moment lies in the period. O(1).</summary>
    /// <param name="moment">The moment: of UTC, unless its kind is <see cref="DateTimeKind.Local"/>.</param>
    public bool Contains(DateTime moment) => Contains(Utc(moment));

    /// <summary>The smallest period that holds two.</summary>
    internal EventPeriod Through(EventPeriod other) =>
        new(other.Start < Start ? other.Start : Start, other.End > End ? other.End : End);

    internal static EventPeriod OfDays(DateOnly first, DateOnly last) =>
        new(AtMidnight(first), AtMidnight(last) + s_lastMoment);

    internal static EventPeriod OfHour(DateTimeOffset start) =>
        new(start, start + TimeSpan.FromHours(1) - TimeSpan.FromMicroseconds(1));

    /// <summary>
    /// The moment a <see cref="DateTime"/> means: of UTC, unless it says that it is local. The framework's own
    /// conversion would take one that says nothing for local time; Python's libraries take it for UTC.
    /// </summary>
    internal static DateTimeOffset Utc(DateTime moment) => moment.Kind == DateTimeKind.Local
        ? moment.ToUniversalTime() : DateTime.SpecifyKind(moment, DateTimeKind.Utc);

    /// <inheritdoc cref="Utc(DateTime)"/>
    internal static DateTimeOffset? Utc(DateTime? moment) => moment is { } given ? Utc(given) : null;

    internal static DateTimeOffset AtMidnight(DateOnly date) => new(date, TimeOnly.MinValue, TimeSpan.Zero);
}

/// <summary>How long the periods are that events are counted in.</summary>
public enum PeriodUnit
{
    /// <summary>A clock hour. Marked only where hourly tracking is on.</summary>
    Hour,

    /// <summary>A calendar day.</summary>
    Day,

    /// <summary>An ISO week: Monday to Sunday, numbered in the ISO year that holds its Thursday.</summary>
    Week,

    /// <summary>A calendar month.</summary>
    Month,

    /// <summary>A calendar year: the OR of its twelve months.</summary>
    Year,
}
