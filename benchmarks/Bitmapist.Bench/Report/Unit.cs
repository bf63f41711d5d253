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

    /// <summary>Bytes of one of many.</summary>
    BytesEach,
    Count,
}

/// <summary>How values of a unit are written.</summary>
internal static class UnitText
{
    /// <summary>A value with its unit, for the table.</summary>
    public static string Text(this Unit unit, double value) => FormattableString.Invariant(unit switch
    {
        Unit.PerSecond => $"{value:N0}/s",
        Unit.Nanoseconds => $"{value:N0} ns",
        Unit.Microseconds => $"{value:N0} µs",
        Unit.Milliseconds => $"{value:N0} ms",
        Unit.BytesEach => $"{value:N1} B",
        Unit.Count => $"{value:N0}",
        _ when Math.Abs(value) >= 1e9 => $"{value / 1e9:N2} GB",
        _ when Math.Abs(value) >= 1e5 => (FormattableString)$"{value / 1e6:N1} MB",
        _ => $"{value:N0} B",
    });
}
