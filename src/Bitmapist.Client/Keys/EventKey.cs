using System.Globalization;

namespace Bitmapist.Client.Keys;

/// <summary>
/// Tells keys of events from other keys by their shape alone: a name, an underscore, and a period or "u".
/// </summary>
internal static class EventKey
{
    /// <summary>The event's name in a key without its prefix; null where it is no event's key.</summary>
    public static string? NameOf(ReadOnlySpan<char> rest)
    {
        int last = rest.LastIndexOf('_');
        return last > 0 && IsSuffix(rest[(last + 1)..]) ? rest[..last].ToString() : null;
    }

    /// <summary>"u", or year and month, week, day or hour, numbers without leading zeros.</summary>
    private static bool IsSuffix(ReadOnlySpan<char> suffix)
    {
        if (suffix is "u") return true;
        bool isWeek = suffix.StartsWith("W", StringComparison.Ordinal);
        if (isWeek) suffix = suffix[1..];
        Span<int> numbers = stackalloc int[4];
        int count = 0;
        foreach (Range part in suffix.Split('-'))
        {
            if (count == numbers.Length || !IsNumber(suffix[part], out numbers[count])) return false;
            count++;
        }

        if (count < 2 || numbers[0] is < 1 or > 9999) return false;
        if (isWeek) return count == 2 && numbers[1] is >= 1 and <= 53;
        return numbers[1] is >= 1 and <= 12 && (count < 3 || numbers[2] is >= 1 and <= 31)
            && (count < 4 || numbers[3] <= 23);
    }

    private static bool IsNumber(ReadOnlySpan<char> digits, out int number)
    {
        number = 0;
        return digits.Length is >= 1 and <= 4 && (digits.Length == 1 || digits[0] != '0')
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
