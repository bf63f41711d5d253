namespace Bitmapist.Bench.Report;

/// <summary>What a row's value is.</summary>
internal enum Unit
{
    /// <summary>More is better.</summary>
    PerSecond,

    /// <summary>Less is better, as for all that follow.</summary>
    Nanoseconds,
    Microseconds,
    Milliseconds,
    Bytes,
}
