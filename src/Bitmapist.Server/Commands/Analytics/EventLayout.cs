using System.Diagnostics.CodeAnalysis;
using System.Text;
using Bitmapist.Analytics.Periods;

namespace Bitmapist.Server.Commands.Analytics;

/// <summary>LAYOUT and PREFIX, which say how the keys of events are named.</summary>
internal static class EventLayout
{
    /// <summary>Reads one of them; afterwards the index is that of its value.</summary>
    public static bool TryRead(ArgumentList args, ref int index, [NotNullWhen(true)] out string? prefix)
    {
        prefix = null;
        if (index + 1 >= args.Count) return false;
        if (args.Is(index, "prefix"u8)) prefix = Encoding.Latin1.GetString(args[index + 1]);
        else if (!args.Is(index, "layout"u8)) return false;
        else if (args.Is(index + 1, "v3"u8)) prefix = EventKeys.PrefixV3;
        else if (args.Is(index + 1, "v4"u8)) prefix = EventKeys.PrefixV4;
        if (prefix is null) return false;
        index++;
        return true;
    }
}
