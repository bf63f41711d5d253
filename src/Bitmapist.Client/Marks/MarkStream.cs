using System.Globalization;
using Bitmapist.Client.Asking;
using Bitmapist.Client.Connections;

namespace Bitmapist.Client.Marks;

/// <summary>
/// Writes the marks of an import, each with keys of its own, and makes results kept for reuse forget what is marked.
/// Used by one flow; its memory is bounded: the keys met last, and those of marks under way.
/// </summary>
/// <param name="keysOf">The keys of a mark.</param>
/// <param name="results">What must forget them.</param>
/// <param name="isSet">Whether bits are set, or cleared.</param>
internal sealed class MarkStream(Func<EventMark, MarkKeys> keysOf, ResultCache results, bool isSet)
{
    // Imports come in some order of time, so that neighbours share their keys, which are long to make.
    private readonly Dictionary<(string Name, long Hour), MarkKeys> _kept = [];
    private readonly Dictionary<MarkKeys, long> _underWay = []; // and the number of the last mark of each
    private long _marks;

    /// <summary>Keys remembered, for the hours of events met last.</summary>
    public int Kept => _kept.Count;

    /// <summary>Keys of marks not yet acknowledged.</summary>
    public int UnderWay => _underWay.Count;

    /// <summary>Appends a mark's requests.</summary>
    /// <exception cref="ArgumentException">A default mark, or one outside the years 1 … 9998.</exception>
    public void Append(RequestBatch batch, EventMark mark)
    {
        if (string.IsNullOrEmpty(mark.Name))
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"Mark number {_marks + 1:N0} has no event name."), nameof(mark));
        }

        MarkKeys keys = KeysOf(mark);
        MarkWriter.Append(batch, keys, mark.Id, isSet);
        if (!_underWay.ContainsKey(keys)) results.Forget(keys.Names);
        _underWay[keys] = ++_marks;
    }

    /// <summary>
    /// Forgets what was computed while marks were under way: a result may have missed those acknowledged now. A stream
    /// may last for hours, so this cannot wait for its end. O(keys under way).
    /// </summary>
    /// <param name="marks">The number of marks acknowledged, all of them the first.</param>
    public void Acknowledge(long marks)
    {
        foreach ((MarkKeys keys, long last) in _underWay)
        {
            results.Forget(keys.Names);
            if (last <= marks) _underWay.Remove(keys);
        }
    }

    private MarkKeys KeysOf(EventMark mark)
    {
        (string, long) hour = (mark.Name, mark.At.UtcTicks / TimeSpan.TicksPerHour);
        if (_kept.TryGetValue(hour, out MarkKeys? keys)) return keys;
        keys = keysOf(mark);
        if (_kept.Count >= ClientLimits.MarkKeysKeptMax) _kept.Clear();
        _kept.Add(hour, keys);
        return keys;
    }
}
