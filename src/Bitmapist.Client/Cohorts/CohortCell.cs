using Bitmapist.Client.Events;

namespace Bitmapist.Client.Cohorts;

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
