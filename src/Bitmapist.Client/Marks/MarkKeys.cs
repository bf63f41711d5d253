using System.Text;
using Bitmapist.Client.Events;
using Bitmapist.Client.Keys;

namespace Bitmapist.Client.Marks;

/// <summary>
/// The keys that a mark goes to, in the order of the Python libraries: month, week, day, then hour and flag if tracked.
/// </summary>
internal sealed class MarkKeys
{
    private readonly List<string> _names;

    private MarkKeys(List<string> names)
    {
        _names = names;
        Bytes = [.. names.Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary>The keys' names.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The keys as they go over the wire.</summary>
    public IReadOnlyList<byte[]> Bytes { get; }

    /// <summary>The keys of an event at a moment.</summary>
    public static MarkKeys Of(KeyNames keys, string name, DateTimeOffset at, bool trackHourly, bool trackUnique)
    {
        var names = new List<string>(5)
        {
            keys.Of(MonthEvents.From(name, at)), keys.Of(WeekEvents.From(name, at)), keys.Of(DayEvents.From(name, at)),
        };
        if (trackHourly) names.Add(keys.Of(HourEvents.From(name, at)));
        if (trackUnique) names.Add(keys.Of(new UniqueEvents(name)));
        return new MarkKeys(names);
    }

    /// <summary>The key of a flag.</summary>
    public static MarkKeys OfFlag(KeyNames keys, string name) => new([keys.Of(new UniqueEvents(name))]);
}
