namespace Bitmapist.Bench.Report;

/// <summary>What a row found out about one server.</summary>
/// <param name="name">The server's, for remarks.</param>
internal sealed class Column(string name)
{
    public string Name => name;

    /// <summary>A sample for each round.</summary>
    public List<Sample> Samples { get; } = [];

    /// <summary>Why there are none, or no more; null when all went well. Empty for what need not be said.</summary>
    public string? Failure { get; set; }

    public bool IsMeasured => Failure is null && Samples.Count > 0;

    /// <summary>Each figure's median; only of what was measured.</summary>
    public Sample Median => Sample.Median(Samples);
}
