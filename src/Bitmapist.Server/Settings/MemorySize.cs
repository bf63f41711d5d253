using System.Globalization;

namespace Bitmapist.Server.Settings;

/// <summary>
/// Sizes as redis.conf has them: a number of bytes, perhaps with a unit: k, m and g are powers of 1000, kb, mb and gb
/// powers of 1024, in any case.
/// </summary>
public static class MemorySize
{
    private static readonly (string Suffix, long Bytes)[] s_units =
    [
        ("kb", 1L << 10), ("mb", 1L << 20), ("gb", 1L << 30), ("k", 1000), ("m", 1000_000), ("g", 1000_000_000),
        ("b", 1),
    ];

    /// <summary>Reads a size; false when it is none, or beyond 2^63.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        long factor = 1;
        foreach ((string suffix, long unit) in s_units)
        {
            if (!text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) continue;
            text = text[..^suffix.Length];
            factor = unit;
            break;
        }

        bytes = 0;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long count)) return false;
        if (count > long.MaxValue / factor) return false;
        bytes = count * factor;
        return true;
    }
}
