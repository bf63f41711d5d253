namespace Bitmapist.Bench.Report;

/// <summary>One server's figures from one round. What is 0 was not measured.</summary>
/// <param name="Value">In the row's unit.</param>
/// <param name="CpuSecondsPerMillion">The server's CPU time per million operations.</param>
/// <param name="P99Us">The 99th percentile of the latency of a batch, or of an operation of several, in µs.</param>
/// <param name="GeneratorShare">CPU time of the load generator's thread by time elapsed.</param>
internal readonly record struct Sample(
    double Value, double CpuSecondsPerMillion = 0, double P99Us = 0, double GeneratorShare = 0)
{
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>Each figure's median.</summary>
    public static Sample Median(IReadOnlyCollection<Sample> samples) => new(
        Median(samples.Select(sample => sample.Value)),
        Median(samples.Select(sample => sample.CpuSecondsPerMillion)),
        Median(samples.Select(sample => sample.P99Us)),
        Median(samples.Select(sample => sample.GeneratorShare)));
}
