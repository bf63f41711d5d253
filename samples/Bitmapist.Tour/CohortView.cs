using System.Globalization;
using Bitmapist.Client.Cohorts;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Bitmapist.Tour;

/// <summary>A cohort table for a terminal: bitmapist's blue, the darker the larger the share.</summary>
internal static class CohortView
{
    /// <summary>Lays a table out, narrow enough for 80 columns. A period still in progress has an asterisk.</summary>
    public static Table Of(CohortTable cohorts)
    {
        Table view = new Table().Border(TableBorder.None).AddColumn(Column("Week of")).AddColumn(Column("Total"));
        for (int column = 0; column < cohorts.Columns; column++)
            view.AddColumn(Column(column.ToString(CultureInfo.InvariantCulture)));
        foreach (CohortRow row in cohorts.Rows)
        {
            string monday = row.Events.Period!.Value.Start.ToString("dd MMM", CultureInfo.InvariantCulture);
            IRenderable size = new Text(row.Size.ToString(CultureInfo.InvariantCulture));
            view.AddRow([new Text(monday), size, .. row.Cells.Select(Cell)]);
        }

        AddMeans(view, "Mean¹", cohorts, CohortMean.PeriodsWithReturns);
        AddMeans(view, "Mean²", cohorts, CohortMean.CohortsWithMembers);
        return view.Caption("¹ of the weeks in which anybody returned, ² of all cohorts with members");
    }

    private static void AddMeans(Table view, string name, CohortTable cohorts, CohortMean mean)
    {
        IEnumerable<Text> means = Enumerable.Range(0, cohorts.Columns)
            .Select(column => new Text(cohorts.Average(column, mean) is { } share ? $"{Number(share)}%" : ""));
        view.AddRow([new Text(name), new Text(""), .. means]);
    }

    private static TableColumn Column(string name) => new TableColumn(name).RightAligned().NoWrap();

    private static Text Cell(CohortCell cell)
    {
        if (cell.Percent is not { } percent) return new Text("");
        byte paper = (byte)(255 - (percent * 1.8)); // white at 0 %, the full hue at 100 %
        return new Text(
            $"{Number(percent)}%{(cell.IsInProgress ? "*" : "")}",
            new Style(Color.Black, new Color(paper, (byte)((paper / 2) + 120), 255)));
    }

    private static string Number(double percent) => percent.ToString("F0", CultureInfo.InvariantCulture);
}
