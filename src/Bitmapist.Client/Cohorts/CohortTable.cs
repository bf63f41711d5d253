using Bitmapist.Client.Events;

namespace Bitmapist.Client.Cohorts;

/// <summary>
/// A retention table: cohorts in rows, oldest first, and in each column how many of them came back so many periods
/// later. Immutable.
/// </summary>
public sealed class CohortTable
{
    internal CohortTable(PeriodUnit unit, CohortValues values, int columns, IReadOnlyList<CohortRow> rows)
    {
        Unit = unit;
        Values = values;
        Columns = columns;
        Rows = rows;
    }

    /// <summary>The length of the periods.</summary>
    public PeriodUnit Unit { get; }

    /// <summary>What the table shows when it is rendered; the numbers of both kinds are there anyway.</summary>
    public CohortValues Values { get; }

    /// <summary>Cells of the longest row.</summary>
    public int Columns { get; }

    /// <summary>The cohorts, oldest first.</summary>
    public IReadOnlyList<CohortRow> Rows { get; }

    /// <summary>
    /// A mean of a column's percents or counts (by <see cref="Values"/>), in which every cohort weighs the same; null
    /// where it is over no cells. The same in tables of both kinds. O(rows).
    /// </summary>
    /// <param name="column">The column, 0 … <see cref="Columns"/> − 1.</param>
    /// <param name="mean">Over which cells.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such column, or no such mean.</exception>
    public double? Average(int column, CohortMean mean = CohortMean.PeriodsWithReturns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(column);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, Columns);
        double total = 0;
        int cells = 0;
        foreach (CohortRow row in Rows)
        {
            if (column >= row.Cells.Count || row.Cells[column].Share(mean, Values) is not { } value) continue;
            total += value;
            cells++;
        }

        return cells == 0 ? null : total / cells;
    }

    /// <summary>
    /// The table as comma-separated values with the header <c>Date,Total,0,1,…</c>: percents with up to two decimals,
    /// empty cells empty, lines ending in a line feed.
    /// </summary>
    public string ToCsv() => CohortCsv.Render(this);

    /// <summary>
    /// The table as a JSON object: unit, values, rows with date, name, size and cells, and the columns' means by name
    /// (<c>means.periodsWithReturns</c>, <c>means.cohortsWithMembers</c>; <c>averages</c> are the former).
    /// </summary>
    public string ToJson() => CohortJson.Render(this);

    /// <summary>
    /// The table as HTML with its own style: cells shaded by their share, periods in progress marked, and a row for
    /// each of the two means, with a note that tells them apart. Everything is escaped, nothing fetched from elsewhere.
    /// </summary>
    /// <param name="linkOf">Gives a row's and column's address, such as a page with the ids behind the cell; null for
    /// no link.</param>
    public string ToHtml(Func<int, int, string?>? linkOf = null) => CohortHtml.Render(this, linkOf);
}
