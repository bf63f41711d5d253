using System.Text;

namespace Bitmapist.Analytics.Periods;

/// <summary>
/// Names of keys as the Python libraries make them; their two generations differ in the prefix. Text here is bytes, a
/// character each, as names of keys may be any.
/// </summary>
/// <param name="prefix">What every key begins with.</param>
public sealed class EventKeys(string prefix)
{
    /// <summary>bitmapist 3's prefix.</summary>
    public const string PrefixV3 = "trackist_";

    /// <summary>bitmapist4's prefix, unless another was chosen there.</summary>
    public const string PrefixV4 = "bitmapist_";

    /// <summary>What the name of a flag's key ends in: an event that has no period.</summary>
    public const string FlagSuffix = "u";

    /// <summary>The key of an event in a period that is not a year.</summary>
    public ReadOnlyMemory<byte> Of(string name, EventPeriod period) => Of(name, period.Suffix);

    /// <summary>The key of a flag.</summary>
    public ReadOnlyMemory<byte> OfFlag(string name) => Of(name, FlagSuffix);

    private ReadOnlyMemory<byte> Of(string name, string suffix) => Encoding.Latin1.GetBytes($"{prefix}{name}_{suffix}");
}
