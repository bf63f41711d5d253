using System.Diagnostics;
using System.Numerics;

namespace Bitmapist.Server.Timing;

/// <summary>
/// How long calls took, in nanoseconds, to two significant digits: what an HDR histogram from 1 ns to 1 s tells, so
/// that percentiles are those that Redis would reply. Any number of threads count; a reader may see a call half
/// counted.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int ExactValues = 256; // below that each value counts by itself
    private const int HalfBits = 7; // 128 steps for each power of two above
    private const int Half = 1 << HalfBits;
    private const long NanosecondsMax = 1_000_000_000;
    private readonly long[] _counts = new long[IndexOf(NanosecondsMax) + 1];

    /// <summary>Calls counted.</summary>
    public long Count
    {
        get
        {
            long count = 0;
            foreach (long calls in _counts) count += calls;
            return count;
        }
    }

    /// <summary>Counts calls that took so long each.</summary>
    public void Add(long nanoseconds, long calls) =>
        Interlocked.Add(ref _counts[IndexOf(Math.Clamp(nanoseconds, 0, NanosecondsMax))], calls);

    /// <summary>
    /// The time in nanoseconds that so many percent of the calls did not exceed, rounded up to its step; 0 when none
    /// was counted.
    /// </summary>
    public long AtPercentile(double percentile)
    {
        long total = Count;
        long wanted = Math.Max(1, (long)((percentile / 100.0 * total) + 0.5));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted) return HighestOf(i);
        }

        return 0;
    }

    /// <summary>
    /// Pairs of a time in microseconds, doubling from 1 on, and how many calls took no longer; only where there were
    /// more than before.
    /// </summary>
    public List<(long Microseconds, long Calls)> Cumulative()
    {
        var steps = new List<(long Microseconds, long Calls)>();
        long seen = 0, told = 0;
        int index = 0;
        for (long bound = 1024; index < _counts.Length; bound *= 2)
        {
            int last = Math.Min(IndexOf(bound), _counts.Length - 1);
            for (; index <= last; index++) seen += _counts[index];
            if (seen > told) steps.Add((HighestOf(IndexOf(bound)) / 1000, seen));
            told = seen;
        }

        return steps;
    }

    /// <summary>
    /// How many calls took less than each of some times, ascending, and at the end how many there were. Exact, where a
    /// time is a power of two: its step begins there.
    /// </summary>
    /// <param name="bounds">Times in nanoseconds, powers of two, at most half a second: longer calls than a second
    /// count as if they took one.</param>
    /// <param name="calls">One more than there are times.</param>
    public void CountBelow(ReadOnlySpan<long> bounds, Span<long> calls)
    {
        long seen = 0;
        int index = 0;
        for (int i = 0; i < bounds.Length; i++)
        {
            Debug.Assert(BitOperations.IsPow2(bounds[i]) && bounds[i] < NanosecondsMax, "Steps end at such a time.");
            for (; index < IndexOf(bounds[i]); index++) seen += _counts[index];
            calls[i] = seen;
        }

        for (; index < _counts.Length; index++) seen += _counts[index];
        calls[bounds.Length] = seen;
    }

    /// <summary>Begins anew.</summary>
    public void Clear() => Array.Clear(_counts);

    private static int IndexOf(long value)
    {
        if (value < ExactValues) return (int)value;
        int shift = BitOperations.Log2((ulong)value) - HalfBits;
        return ExactValues + ((shift - 1) * Half) + (int)(value >> shift) - Half;
    }

    /// <summary>The highest value that counts at a place.</summary>
    private static long HighestOf(int index)
    {
        if (index < ExactValues) return index;
        int shift = ((index - ExactValues) / Half) + 1;
        long step = ((index - ExactValues) % Half) + Half;
        return ((step + 1) << shift) - 1;
    }
}
