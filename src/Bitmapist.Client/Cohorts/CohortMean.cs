namespace Bitmapist.Client.Cohorts;

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
