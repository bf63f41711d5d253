namespace Bitmapist.Client.Events;

/// <summary>The time that an event set looks at, in UTC; both ends are part of it.</summary>
/// <param name="Start">The first moment.</param>
/// <param name="End">The last moment, in microseconds as the Python libraries have it: …:59.999999.</param>
public readonly record struct EventPeriod(DateTimeOffset Start, DateTimeOffset End)
{
    private static readonly TimeSpan s_lastMoment = TimeSpan.FromDays(1) - TimeSpan.FromMicroseconds(1);

    /// <summary>Whether the period lies before a moment as a whole. O(1).</summary>
    /// <param name="now">The moment, of any offset.</param>
    public bool IsOver(DateTimeOffset now) => End < now;

    /// <summary>Whether a moment lies in the period. O(1).</summary>
    /// <param name="moment">The moment, of any offset.</param>
    public bool Contains(DateTimeOffset moment) => Start <= moment && moment <= End;

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

    internal static DateTimeOffset AtMidnight(DateOnly date) => new(date, TimeOnly.MinValue, TimeSpan.Zero);
}
