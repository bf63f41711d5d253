namespace Bitmapist.Resp;

/// <summary>
/// Decimal integers as strictly as Redis reads them, in protocol headers and in commands' arguments alike.
/// </summary>
public static class StrictInteger
{
    // "-9223372036854775808"
    private const int CharactersMax = 20;

    /// <summary>
    /// Reads exactly what an integer prints as: an optional minus, then digits without leading zeros. Refused are "",
    /// "+1", "01", "-0", " 1" and whatever does not fit 64 bits. O(length), at most 20 characters are looked at.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (text.IsEmpty || text.Length > CharactersMax) return false;
        if (text.Length == 1 && text[0] == (byte)'0') return true;

        bool isNegative = text[0] == (byte)'-';
        ReadOnlySpan<byte> digits = isNegative ? text[1..] : text;
        if (digits.IsEmpty || digits[0] is < (byte)'1' or > (byte)'9') return false;

        ulong magnitude = 0;
        foreach (byte character in digits)
        {
            uint digit = (uint)(character - '0');
            if (digit > 9 || magnitude > (ulong.MaxValue - digit) / 10) return false;
            magnitude = magnitude * 10 + digit;
        }

        ulong magnitudeMax = isNegative ? (ulong)long.MaxValue + 1 : long.MaxValue;
        if (magnitude > magnitudeMax) return false;
        value = isNegative ? unchecked(-(long)magnitude) : (long)magnitude;
        return true;
    }
}
