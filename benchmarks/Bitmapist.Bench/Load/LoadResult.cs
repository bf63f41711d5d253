namespace Bitmapist.Bench.Load;

/// <summary>What a run of the load generator did.</summary>
/// <param name="Elapsed">From the first request to the last reply.</param>
/// <param name="EagerBatches">Batches answered on eager connections.</param>
/// <param name="PacedBatches">Batches answered on paced ones.</param>
/// <param name="GeneratorShare">The generator's CPU time as a share of the time elapsed, 0 to 1.</param>
/// <param name="Latencies">Of the batches of paced connections if there are any, else of the eager ones.</param>
internal readonly record struct LoadResult(
    TimeSpan Elapsed,
    long EagerBatches,
    long PacedBatches,
    double GeneratorShare,
    LatencyHistogram Latencies);
