using System.Globalization;
using Bitmapist.Client.Events;

namespace Bitmapist.Client.Cohorts;

/// <summary>
/// The question of a retention table: of those who did <see cref="First"/> in a period, how many did
/// <see cref="Return"/> in the periods after? With the meaning that bitmapist 3's <c>get_dates_data</c> gives it.
/// </summary>
public sealed record CohortQuery
{
    /// <summary>Rows at most.</summary>
    public const int RowsMax = 1_000;

    /// <summary>Periods after a row's own at most.</summary>
    public const int PeriodsAfterMax = 1_000;

    /// <summary>Rows of a table by years, as in bitmapist 3.</summary>
    internal const int RowsOfYears = 3;

    /// <summary>What makes someone part of a period's cohort (select1).</summary>
    public required EventDefinition First { get; init; }

    /// <summary>What they must also have done in that period (select1b); null for nothing more.</summary>
    public EventDefinition? FirstAlso { get; init; }

    /// <summary>What counts as coming back (select2).</summary>
    public required EventDefinition Return { get; init; }

    /// <summary>What they must also have done when they came back (select2b); null for nothing more.</summary>
    public EventDefinition? ReturnAlso { get; init; }

    /// <summary>The length of the periods (time_group): days, weeks, months or years. Default days.</summary>
    public PeriodUnit Unit { get; init; } = PeriodUnit.Day;

    /// <summary>What the cells show (as_percent). Default percent.</summary>
    public CohortValues Values { get; init; } = CohortValues.Percent;

    /// <summary>
    /// Rows, one a period (num_results): 1 … 1,000, default 31. By years there are always 3.
    /// </summary>
    public int Rows { get; init; } = 31;

    /// <summary>
    /// Periods looked at after a row's own (num_of_rows), so a row has one cell more: 0 … 1,000, default 12.
    /// </summary>
    public int PeriodsAfter { get; init; } = 12;

    /// <summary>
    /// If set, the last row is that of this date plus <see cref="Rows"/> − 1 <em>days</em>, whatever the unit
    /// (start_date), as in bitmapist 3; else the last row is the present period. A date of UTC.
    /// </summary>
    public DateOnly? StartDate { get; init; }

    /// <summary>When someone counts as retained. Default in the very period.</summary>
    public Retention Retention { get; init; } = Retention.InPeriod;

    /// <summary>The first day of each row's period, oldest first.</summary>
    /// <param name="today">The present date of UTC.</param>
    /// <exception cref="ArgumentOutOfRangeException">A property is out of its range.</exception>
    /// <exception cref="ArgumentException">The table would be too large.</exception>
    internal DateOnly[] RowDates(DateOnly today)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Rows, 1, nameof(Rows));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Rows, RowsMax, nameof(Rows));
        ArgumentOutOfRangeException.ThrowIfLessThan(PeriodsAfter, 0, nameof(PeriodsAfter));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(PeriodsAfter, PeriodsAfterMax, nameof(PeriodsAfter));
        ArgumentOutOfRangeException.ThrowIfLessThan((int)Unit, (int)PeriodUnit.Day, nameof(Unit));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((int)Unit, (int)PeriodUnit.Year, nameof(Unit));
        int rows = Unit == PeriodUnit.Year ? RowsOfYears : Rows;
        ThrowIfTooLarge(rows, PeriodsAfter + 1);
        DateOnly last = StartDate is { } start ? start.AddDays(Rows - 1) : today;
        DateOnly first = Later(DateOnly.FromDateTime(PeriodOf(last).Start.UtcDateTime), 1 - rows);
        var dates = new DateOnly[rows];
        for (int row = 0; row < rows; row++) dates[row] = Later(first, row);
        return dates;
    }

    /// <summary>Refuses a table with more cells than are asked for at a time.</summary>
    /// <exception cref="ArgumentException">It has.</exception>
    internal static void ThrowIfTooLarge(int rows, int columns)
    {
        if (rows * columns <= ClientLimits.CohortCellsMax) return;
        throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
            $"A table may have {ClientLimits.CohortCellsMax:N0} cells, not {rows:N0} rows of {columns:N0}: ask for "
            + $"fewer rows or columns."));
    }

    /// <summary>The first day of the period some periods after that of a first day.</summary>
    internal DateOnly Later(DateOnly date, int periods) => Unit switch
    {
        PeriodUnit.Day => date.AddDays(periods),
        PeriodUnit.Week => date.AddDays(7 * periods),
        PeriodUnit.Month => date.AddMonths(periods),
        _ => date.AddYears(periods),
    };

    /// <summary>The period of a date.</summary>
    internal EventPeriod PeriodOf(DateOnly date) =>
        PeriodEvents.From(Unit, "any", EventPeriod.AtMidnight(date)).Period!.Value;

    /// <summary>The cohort of a date's period.</summary>
    internal EventSet FirstIn(DateOnly date) => Both(First, FirstAlso, date);

    /// <summary>Those who did what counts as coming back, whatever else they did, in a date's period.</summary>
    internal EventSet ReturnAloneIn(DateOnly date) => Return.In(Unit, date);

    /// <summary>Those who came back in a date's period.</summary>
    internal EventSet ReturnIn(DateOnly date) => Both(Return, ReturnAlso, date);

    // Nested, not flattened: the result is shared by a whole row or diagonal, and named as in Python.
    private EventSet Both(EventDefinition one, EventDefinition? other, DateOnly date) => other is null
        ? one.In(Unit, date) : EventSet.And(one.In(Unit, date), other.In(Unit, date));
}

/// <summary>What the cells of a cohort table show.</summary>
public enum CohortValues
{
    /// <summary>The share of the cohort, 0 … 100.</summary>
    Percent,

    /// <summary>The number of people.</summary>
    Counts,
}

/// <summary>When someone counts as retained after n periods.</summary>
public enum Retention
{
    /// <summary>When they came back in the n-th period.</summary>
    InPeriod,

    /// <summary>
    /// When they came back in the n-th period or in any later one, up to now ("unbounded" or "rolling" retention): they
    /// had not left for good.
    /// </summary>
    Unbounded,
}
