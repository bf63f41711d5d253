namespace Bitmapist.Client.Cohorts;

/// <summary>What the cells of a cohort table show.</summary>
public enum CohortValues
{
    /// <summary>The share of the cohort, 0 … 100.</summary>
    Percent,

    /// <summary>The number of people.</summary>
    Counts,
}
