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
    /// each of the two means, with a note that tells them apart. Everything is escaped; nothing is fetched from
    /// elsewhere.
    /// </summary>
    /// <param name="linkOf">Gives a row's and column's address, such as a page with the ids behind the cell; null for
    /// no link.</param>
    public string ToHtml(Func<int, int, string?>? linkOf = null) => CohortHtml.Render(this, linkOf);
}

/// <summary>One cohort and what became of it.</summary>
/// <param name="Date">The first day of the row's period, in UTC: of weeks the Monday.</param>
/// <param name="Name">What the row is called: <c>17 Jan 2026</c>, <c>12 Jan 2026 (week 3)</c>, <c>Jan 2026</c>,
/// <c>2026</c>; in bitmapist4's table always the period's first day, <c>05 Nov 2018</c>.</param>
/// <param name="Events">The cohort's people, as a set.</param>
/// <param name="Size">How many they are.</param>
/// <param name="Cells">What became of them: cell n looks n periods later.</param>
public sealed record CohortRow(
    DateOnly Date, string Name, EventSet Events, long Size, IReadOnlyList<CohortCell> Cells);

/// <summary>One number of a cohort table: how many of a row's cohort came back after so many periods.</summary>
/// <param name="Events">The people counted, as a set: ask for its ids to see who they are.</param>
/// <param name="CohortSize">People in the row's cohort.</param>
/// <param name="Count">How many came back; null in an empty cell, where there is nothing to say.</param>
/// <param name="IsInProgress">Whether the cell's period is not over yet, so that its number may grow. With
/// <see cref="Retention.Unbounded"/> it says that of the cell's own period alone: the number of every past cell grows
/// too, as long as people of its cohort who have not come back since may still do so.</param>
public sealed record CohortCell(EventSet Events, long CohortSize, long? Count, bool IsInProgress)
{
    /// <summary>Whether there is nothing to say: nobody in the cohort, or nobody at all active in the period.</summary>
    public bool IsEmpty => Count is null;

    /// <summary>
    /// Whether anybody at all, of this cohort or not, did what counts as coming back in the cell's period; with
    /// <see cref="Retention.Unbounded"/>, in that period or later.
    /// </summary>
    public bool HasReturns { get; init; } = true;

    /// <summary>Whether the cell's period has begun, so that somebody could have come back.</summary>
    public bool HasBegun { get; init; } = true;

    /// <summary>The share of the cohort, 0 … 100; 0 of an empty cohort; null in an empty cell.</summary>
    public double? Percent => Count is not { } count ? null : CohortSize == 0 ? 0 : count * 100.0 / CohortSize;

    /// <summary>Percent or count; null in an empty cell.</summary>
    /// <param name="values">Which.</param>
    public double? Value(CohortValues values) => values == CohortValues.Percent ? Percent : Count;

    /// <summary>What the cell adds to a mean; null where it is left out.</summary>
    internal double? Share(CohortMean mean, CohortValues values) => CohortSize == 0 ? null : mean switch
    {
        CohortMean.PeriodsWithReturns => HasReturns ? Value(values) : null,
        CohortMean.CohortsWithMembers => HasBegun ? Value(values) ?? 0 : null,
        _ => throw new ArgumentOutOfRangeException(nameof(mean), mean, "No such mean."),
    };
}

/// <summary>
/// Which cells a mean of a column is taken over. They differ where nobody at all came back in some period: on a day the
/// product was down, or in an event's first weeks.
/// </summary>
public enum CohortMean
{
    /// <summary>
    /// The cells of periods in which anybody at all returned, of whatever cohort: how well cohorts are retained while
    /// the product is used. The average row of bitmapist 3, which leaves empty cells out.
    /// </summary>
    PeriodsWithReturns,

    /// <summary>
    /// The cells of every cohort that has members, as long as the period has begun; one in which nobody returned counts
    /// as 0: how well cohorts are retained, come what may.
    /// </summary>
    CohortsWithMembers,
}
