using System.Text;

namespace Bitmapist.Analytics.Expressions;

/// <summary>The keys that a question names, each once. One thread.</summary>
public sealed class KeyList
{
    private readonly List<ReadOnlyMemory<byte>> _names = [];
    private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal);
    private int _operands;

    /// <summary>Their names, in the order in which they were added.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Names => _names;

    /// <summary>
    /// The place of a key, which is added if it is not there; false where there are too many, or where keys are named
    /// too often in all.
    /// </summary>
    public bool TryAdd(ReadOnlyMemory<byte> name, out int index)
    {
        index = 0;
        if (++_operands > AnalyticsLimits.OperandsMax) return false;
        string text = Encoding.Latin1.GetString(name.Span);
        if (_indexes.TryGetValue(text, out index)) return true;
        if (_names.Count == AnalyticsLimits.KeysMax) return false;
        index = _names.Count;
        _indexes.Add(text, index);
        _names.Add(name);
        return true;
    }
}
