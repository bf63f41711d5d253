using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Bitmapist.Analytics.Periods;

/// <summary>
/// Periods as people write them: <c>2026</c>, <c>2026-11</c>, <c>2026-W48</c> (or <c>W2026-48</c>, as in keys),
/// <c>2026-11-28</c>, <c>2026-11-28T13</c>; or from the present one: <c>month</c>, <c>day-7</c>, <c>week+1</c>. Leading
/// zeros may be there or not.
/// </summary>
public static class PeriodText
{
    private const int ShiftMax = 100_000;

    /// <summary>What an error says that a period looks like.</summary>
    public const string Expected =
        "a period: 2026, 2026-11, 2026-W48, 2026-11-28, 2026-11-28T13, hour, day, week, month or year, such as day-7";

    /// <summary>Reads one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="now">The present moment, of UTC.</param>
    /// <param name="period">The period.</param>
    public static bool TryParse(ReadOnlySpan<char> text, DateTime now, [NotNullWhen(true)] out EventPeriod? period)
    {
        period = null;
        if (text.IsEmpty) return false;
        try
        {
            if (char.IsAsciiDigit(text[0]) || text[0] is 'W') return TryParseDate(text, out period);
            return TryParseRelative(text, now, out period);
        }
        catch (ArgumentOutOfRangeException)
        {
            return false; // no such day, or a year that has no periods
        }
    }

    private static bool TryParseRelative(ReadOnlySpan<char> text, DateTime now, out EventPeriod? period)
    {
        period = null;
        int sign = text.IndexOfAny('-', '+');
        ReadOnlySpan<char> word = sign < 0 ? text : text[..sign];
        PeriodUnit? unit = word switch
        {
            "hour" => PeriodUnit.Hour,
            "day" => PeriodUnit.Day,
            "week" => PeriodUnit.Week,
            "month" => PeriodUnit.Month,
            "year" => PeriodUnit.Year,
            _ => null,
        };
        int shift = 0;
        if (unit is null || (sign >= 0 && !TryParseNumber(text[(sign + 1)..], out shift)) || shift > ShiftMax)
            return false;
        period = EventPeriod.Of(unit.Value, now).Shift(sign >= 0 && text[sign] == '-' ? -shift : shift);
        return true;
    }

    private static bool TryParseDate(ReadOnlySpan<char> text, out EventPeriod? period)
    {
        period = null;
        bool isWeek = text[0] == 'W';
        if (isWeek) text = text[1..];
        Span<int> numbers = stackalloc int[4];
        int count = 0;
        while (true)
        {
            int end = text.IndexOfAny('-', 'T');
            if (count == numbers.Length || !TryParseNumber(end < 0 ? text : text[..end], out numbers[count]))
                return false;
            count++;
            if (end < 0) break;
            if ((text[end] == 'T') != (count == 3)) return false;
            text = text[(end + 1)..];
            if (count != 1 || text.IsEmpty || text[0] != 'W') continue;
            if (isWeek) return false;
            isWeek = true;
            text = text[1..];
        }

        if (isWeek) return count == 2 && TryMakeWeek(numbers[0], numbers[1], out period);
        if (numbers[0] is < AnalyticsLimits.YearMin or > AnalyticsLimits.YearMax) return false;
        if (count == 4 && numbers[3] > 23) return false;
        var start = new DateTime(
            numbers[0], count > 1 ? numbers[1] : 1, count > 2 ? numbers[2] : 1, count > 3 ? numbers[3] : 0, 0, 0,
            DateTimeKind.Utc);
        PeriodUnit[] units = [PeriodUnit.Year, PeriodUnit.Month, PeriodUnit.Day, PeriodUnit.Hour];
        period = EventPeriod.Of(units[count - 1], start);
        return true;
    }

    private static bool TryMakeWeek(int year, int week, out EventPeriod? period)
    {
        period = null;
        if (year is < AnalyticsLimits.YearMin or > AnalyticsLimits.YearMax) return false;
        if (week < 1 || week > ISOWeek.GetWeeksInYear(year)) return false;
        period = EventPeriod.Of(PeriodUnit.Week, ISOWeek.ToDateTime(year, week, DayOfWeek.Monday));
        return true;
    }

    private static bool TryParseNumber(ReadOnlySpan<char> digits, out int number) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
