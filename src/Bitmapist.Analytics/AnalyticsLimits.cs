namespace Bitmapist.Analytics;

/// <summary>Bounds of questions. Each has an error and a test.</summary>
public static class AnalyticsLimits
{
    /// <summary>Keys that one expression may name, those of its events' periods included.</summary>
    public const int KeysMax = 10_000;

    /// <summary>Keys in all expressions of one question, however often each is named.</summary>
    public const int OperandsMax = 20_000;

    /// <summary>Characters of what an error quotes.</summary>
    public const int QuotedMax = 64;

    /// <summary>Periods from the first row of a table to the last that it looks at.</summary>
    public const int PeriodsMax = 10_000;

    /// <summary>How deep parentheses and complements may be nested.</summary>
    public const int DepthMax = 100;

    /// <summary>Rows of a table, as the client library has them.</summary>
    public const int RowsMax = 1_000;

    /// <summary>Periods after a row's own, as the client library has them.</summary>
    public const int PeriodsAfterMax = 1_000;

    /// <summary>Cells of a table: a reply of some megabytes.</summary>
    public const int CellsMax = 250_000;

    /// <summary>Years that a period may lie in, as the client library has them.</summary>
    public const int YearMin = 1;

    /// <inheritdoc cref="YearMin"/>
    public const int YearMax = 9998;
}
