using System.Globalization;
using System.Net;
using System.Text;

namespace Bitmapist.Client.Cohorts;

/// <summary>Writes a table as HTML. The colours are bitmapist's: one hue, as opaque as the share is large.</summary>
internal static class CohortHtml
{
    private const string Style =
        """
        <style>
        .cohort-table { border-collapse: collapse; font: 14px/1.3 system-ui, sans-serif; }
        .cohort-table { color: #111; background: #fff; }
        .cohort-table th, .cohort-table td { padding: 5px 9px; border: 1px solid #bbb; text-align: right; }
        .cohort-table th { font-weight: 600; white-space: nowrap; }
        .cohort-table th:first-child { text-align: left; }
        .cohort-table tbody th { font-weight: normal; }
        .cohort-table td { font-variant-numeric: tabular-nums; }
        .cohort-table .in-progress { outline: 2px dashed #c60; outline-offset: -3px; }
        .cohort-table tfoot tr:first-child > * { border-top: 2px solid #777; }
        .cohort-table a { color: inherit; }
        .cohort-note { font: 13px system-ui, sans-serif; color: #444; }
        .cohort-note span { border: 2px dashed #c60; padding: 0 14px; margin-right: 6px; }
        </style>

        """;

    public static string Render(CohortTable table, Func<int, int, string?>? linkOf)
    {
        var html = new StringBuilder(Style);
        html.Append("<table class=\"cohort-table\">\n<thead><tr>");
        html.Append("<th scope=\"col\">Date</th><th scope=\"col\">Total</th>");
        for (int column = 0; column < table.Columns; column++)
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{column}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        for (int row = 0; row < table.Rows.Count; row++) AppendRow(html, table, row, linkOf);
        html.Append("</tbody>\n<tfoot>");
        AppendMeans(html, table, "Average&sup1;", CohortMean.PeriodsWithReturns);
        AppendMeans(html, table, "Average&sup2;", CohortMean.CohortsWithMembers);
        html.Append("</tfoot>\n</table>\n");
        html.Append("<p class=\"cohort-note\">&sup1; Of the periods in which anybody at all returned. &sup2; Of all "
            + "cohorts with members: a period in which nobody returned counts as 0.</p>\n");
        if (table.Rows.Any(row => row.Cells.Any(IsMarked)))
            html.Append("<p class=\"cohort-note\"><span></span>The period is still in progress.</p>\n");
        return html.ToString();
    }

    private static void AppendMeans(StringBuilder html, CohortTable table, string name, CohortMean mean)
    {
        html.Append("<tr><th scope=\"row\" colspan=\"2\">").Append(name).Append("</th>");
        for (int column = 0; column < table.Columns; column++)
        {
            string shown = table.Average(column, mean) is { } average ? Shown(average, table.Values) : "";
            html.Append("<td>").Append(shown).Append("</td>");
        }

        html.Append("</tr>\n");
    }

    private static void AppendRow(
        StringBuilder html, CohortTable table, int rowIndex, Func<int, int, string?>? linkOf)
    {
        CohortRow row = table.Rows[rowIndex];
        html.Append("<tr><th scope=\"row\">").Append(WebUtility.HtmlEncode(row.Name)).Append("</th>");
        html.Append(CultureInfo.InvariantCulture, $"<td>{row.Size}</td>");
        for (int column = 0; column < table.Columns; column++)
        {
            CohortCell? cell = column < row.Cells.Count ? row.Cells[column] : null;
            if (cell?.Value(table.Values) is not { } value)
            {
                html.Append("<td></td>");
                continue;
            }

            html.Append(CultureInfo.InvariantCulture,
                $"<td style=\"background-color: hsla(200, 80%, 50%, {CohortText.Share(cell.Percent!.Value)})\"");
            html.Append(CultureInfo.InvariantCulture, $" title=\"{cell.Count} of {cell.CohortSize}\"");
            if (IsMarked(cell)) html.Append(" class=\"in-progress\"");
            html.Append('>');
            string? link = linkOf?.Invoke(rowIndex, column);
            if (link is not null) html.Append("<a href=\"").Append(WebUtility.HtmlEncode(link)).Append("\">");
            html.Append(Shown(value, table.Values));
            if (link is not null) html.Append("</a>");
            html.Append("</td>");
        }

        html.Append("</tr>\n");
    }

    private static bool IsMarked(CohortCell cell) => cell is { IsInProgress: true, IsEmpty: false };

    private static string Shown(double value, CohortValues values) =>
        CohortText.Value(value, values) + (values == CohortValues.Percent ? "%" : "");
}
