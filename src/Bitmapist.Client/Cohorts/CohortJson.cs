using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Bitmapist.Client.Cohorts;

/// <summary>Writes a table as JSON, token by token: no reflection, so nothing is lost to trimming.</summary>
internal static class CohortJson
{
    public static string Render(CohortTable table)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("unit", Word(table.Unit.ToString()));
            json.WriteString("values", Word(table.Values.ToString()));
            json.WriteStartArray("rows");
            foreach (CohortRow row in table.Rows) WriteRow(json, row);
            json.WriteEndArray();
            WriteMeans(json, table, "averages", CohortMean.PeriodsWithReturns);
            json.WriteStartObject("means");
            foreach (CohortMean mean in Enum.GetValues<CohortMean>())
                WriteMeans(json, table, Word(mean.ToString()), mean);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static void WriteMeans(Utf8JsonWriter json, CohortTable table, string name, CohortMean mean)
    {
        json.WriteStartArray(name);
        for (int column = 0; column < table.Columns; column++)
        {
            if (table.Average(column, mean) is { } average) json.WriteNumberValue(average);
            else json.WriteNullValue();
        }

        json.WriteEndArray();
    }

    private static void WriteRow(Utf8JsonWriter json, CohortRow row)
    {
        json.WriteStartObject();
        json.WriteString("date", row.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        json.WriteString("name", row.Name);
        json.WriteNumber("size", row.Size);
        json.WriteStartArray("cells");
        foreach (CohortCell cell in row.Cells)
        {
            if (cell.Count is { } count)
            {
                json.WriteStartObject();
                json.WriteNumber("count", count);
                json.WriteNumber("percent", cell.Percent!.Value);
                if (cell.IsInProgress) json.WriteBoolean("inProgress", true);
                json.WriteEndObject();
            }
            else json.WriteNullValue();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Word(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}
