using System.Globalization;
using System.Text;
using Bitmapist.Client.Events;

namespace Bitmapist.Client.Cohorts;

/// <summary>Numbers and dates as cohort tables show them, whatever the culture.</summary>
internal static class CohortText
{
    private const int Eighths = 8;

    /// <summary>
    /// A percent with one or two decimals, rounded as Python's <c>round(x, 2)</c>: the exact value decides, ties go to
    /// the even digit. 14.75, 100.0, 0.0.
    /// </summary>
    public static string Percent(double value)
    {
        // Ties at the third decimal are exact only in multiples of an eighth: .125, .375, .625, .875.
        string text = value * Eighths % 1 == 0
            ? decimal.Round((decimal)value, 2, MidpointRounding.ToEven).ToString("F2", CultureInfo.InvariantCulture)
            : value.ToString("F2", CultureInfo.InvariantCulture);
        return text.EndsWith('0') ? text[..^1] : text;
    }

    /// <summary>A cell's value: a percent, or a count cut to a whole number.</summary>
    public static string Value(double value, CohortValues values) => values == CohortValues.Percent
        ? Percent(value) : ((long)value).ToString(CultureInfo.InvariantCulture);

    /// <summary>A share of one with one decimal, for colours.</summary>
    public static string Share(double percent) =>
        Math.Clamp(percent / 100, 0, 1).ToString("F1", CultureInfo.InvariantCulture);

    /// <summary>A period's name, without commas.</summary>
    public static string Name(PeriodUnit unit, DateOnly date)
    {
        return unit switch
        {
            PeriodUnit.Week => string.Create(CultureInfo.InvariantCulture,
                $"{Day(date.AddDays(-(((int)date.DayOfWeek + 6) % 7)))} (week {ISOWeek.GetWeekOfYear(date)})"),
            PeriodUnit.Month => date.ToString("MMM yyyy", CultureInfo.InvariantCulture),
            PeriodUnit.Year => date.ToString("yyyy", CultureInfo.InvariantCulture),
            _ => Day(date),
        };
    }

    /// <summary>A day: 05 Nov 2018.</summary>
    public static string Day(DateOnly date) => date.ToString("dd MMM yyyy", CultureInfo.InvariantCulture);
}

/// <summary>Writes a table as comma-separated values, as bitmapist 3 does. No field has a comma.</summary>
internal static class CohortCsv
{
    public static string Render(CohortTable table)
    {
        var text = new StringBuilder("Date,Total");
        for (int column = 0; column < table.Columns; column++) text.Append(CultureInfo.InvariantCulture, $",{column}");
        text.Append('\n');
        foreach (CohortRow row in table.Rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"{row.Name},{row.Size}");
            for (int column = 0; column < table.Columns; column++)
            {
                text.Append(',');
                if (column < row.Cells.Count && row.Cells[column].Value(table.Values) is { } value)
                    text.Append(CohortText.Value(value, table.Values));
            }

            text.Append('\n');
        }

        return text.ToString();
    }
}
