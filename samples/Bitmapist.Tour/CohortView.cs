using System.Globalization;
using Bitmapist.Client.Cohorts;
using Spectre.Console;

namespace Bitmapist.Tour;

/// <summary>A cohort table for a terminal: bitmapist's blue, the darker the larger the share.</summary>
internal static class CohortView
{
    /// <summary>Lays a table out. A period still in progress has an asterisk.</summary>
    public static Table Of(CohortTable cohorts)
    {
        Table view = new Table().Border(TableBorder.Minimal).AddColumn("Week of").AddColumn("Total");
        for (int column = 0; column < cohorts.Columns; column++)
            view.AddColumn(new TableColumn(column.ToString(CultureInfo.InvariantCulture)).RightAligned());
        foreach (CohortRow row in cohorts.Rows)
            view.AddRow([new Text(row.Name), new Text(Number(row.Size)), .. row.Cells.Select(Cell)]);
        IEnumerable<Text> averages = Enumerable.Range(0, cohorts.Columns)
            .Select(column => new Text(cohorts.Average(column) is { } average
                ? $"{average.ToString("F1", CultureInfo.InvariantCulture)}%" : ""));
        return view.AddRow([new Text("Average"), new Text(""), .. averages]);
    }

    private static Text Cell(CohortCell cell)
    {
        if (cell.Percent is not { } percent) return new Text("");
        string text = $"{percent.ToString("F1", CultureInfo.InvariantCulture)}%{(cell.IsInProgress ? "*" : "")}";
        byte paper = (byte)(255 - (percent * 1.8)); // white at 0 %, the full hue at 100 %
        return new Text(text, new Style(Color.Black, new Color(paper, (byte)(paper / 2 + 120), 255)));
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
