using System.Numerics;

namespace Bitmapist.Bench.Load;

/// <summary>
/// Counts of latencies in nanoseconds, in buckets at most 1/64 wide, so that percentiles are true to 1.6 %.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int SubCount = 1 << SubBits;

    private readonly long[] _counts = new long[(64 - SubBits + 1) * SubCount];

    /// <summary>How many were recorded.</summary>
    public long Total { get; private set; }

    public void Record(long ns)
    {
        _counts[BucketOf((ulong)Math.Max(ns, 0))]++;
        Total++;
    }

    /// <summary>Takes over what another one recorded.</summary>
    public void Add(LatencyHistogram other)
    {
        for (int bucket = 0; bucket < _counts.Length; bucket++) _counts[bucket] += other._counts[bucket];
        Total += other.Total;
    }

    /// <summary>
    /// The latency in microseconds below which a share (0 to 1) of all lies; 0 when nothing was recorded.
    /// </summary>
    public double PercentileUs(double share)
    {
        long rank = (long)Math.Ceiling(Total * share);
        for (int bucket = 0; bucket < _counts.Length; bucket++)
        {
            rank -= _counts[bucket];
            if (rank <= 0 && _counts[bucket] > 0) return UpperNsOf(bucket) / 1000;
        }

        return 0;
    }

    private static int BucketOf(ulong ns)
    {
        if (ns < SubCount) return (int)ns;
        int shift = BitOperations.Log2(ns) - SubBits;
        return ((shift + 1) * SubCount) + (int)((ns >> shift) - SubCount);
    }

    private static double UpperNsOf(int bucket)
    {
        if (bucket < SubCount) return bucket + 1;
        int shift = (bucket / SubCount) - 1;
        return Math.ScaleB((bucket % SubCount) + SubCount + 1, shift);
    }
}
