using System.Globalization;

namespace Bitmapist.Demo;

/// <summary>One call of bitmapist 3's <c>mark_event(event, id, now=day)</c>.</summary>
internal readonly record struct Mark(string Event, uint Id, DateOnly Day)
{
    private const string Prefix = "trackist_";

    /// <summary>The keys it sets: month, ISO week, day, in bitmapist's order and spelling.</summary>
    public string[] Keys()
    {
        DateTime day = Day.ToDateTime(TimeOnly.MinValue);
        return
        [
            MonthKey(Event, Day.Year, Day.Month),
            $"{Prefix}{Event}_W{ISOWeek.GetYear(day)}-{ISOWeek.GetWeekOfYear(day)}",
            $"{Prefix}{Event}_{Day.Year}-{Day.Month}-{Day.Day}",
        ];
    }

    public static string MonthKey(string eventName, int year, int month) => $"{Prefix}{eventName}_{year}-{month}";

    /// <summary>Where bitmapist 3 keeps the result of an AND of two keys.</summary>
    public static string AndKey(string left, string right) => $"{Prefix}bitop_AND_{left}-{right}";
}
