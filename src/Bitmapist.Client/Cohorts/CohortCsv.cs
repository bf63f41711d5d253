using System.Globalization;
using System.Text;

namespace Bitmapist.Client.Cohorts;

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
