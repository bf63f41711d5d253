namespace Bitmapist.Client.Cohorts;

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
