using Bitmapist.Client.Events;

namespace Bitmapist.Client.Marks;

/// <summary>That someone had an event at some time: a line of an import.</summary>
public readonly record struct EventMark
{
    /// <summary>Names a mark.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="id">Who, 0 … 2^32−1.</param>
    /// <param name="at">When, of any offset; the year 1 … 9998.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public EventMark(string name, uint id, DateTimeOffset at)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        Id = id;
        At = at;
    }

    /// <summary>Names a mark.</summary>
    /// <param name="name">The event's name, not empty.</param>
    /// <param name="id">Who, 0 … 2^32−1.</param>
    /// <param name="at">When: of UTC, unless its kind is <see cref="DateTimeKind.Local"/>; the year 1 … 9998.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public EventMark(string name, uint id, DateTime at)
        : this(name, id, EventPeriod.Utc(at))
    {
    }

    /// <summary>Names a mark.</summary>
    /// <inheritdoc cref="EventMark(string, uint, DateTimeOffset)"/>
    /// <exception cref="ArgumentOutOfRangeException">The id is below 0 or above 2^32−1.</exception>
    public EventMark(string name, long id, DateTimeOffset at)
        : this(name, CheckedId.Of(id), at)
    {
    }

    /// <summary>Names a mark.</summary>
    /// <inheritdoc cref="EventMark(string, uint, DateTime)"/>
    /// <exception cref="ArgumentOutOfRangeException">The id is below 0 or above 2^32−1.</exception>
    public EventMark(string name, long id, DateTime at)
        : this(name, CheckedId.Of(id), at)
    {
    }

    /// <summary>The event's name. Null only in a default value, which cannot be marked.</summary>
    public string Name { get; }

    /// <summary>Who.</summary>
    public uint Id { get; }

    /// <summary>When.</summary>
    public DateTimeOffset At { get; }
}
