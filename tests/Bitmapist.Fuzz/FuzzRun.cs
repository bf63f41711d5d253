using System.Diagnostics;

namespace Bitmapist.Fuzz;

/// <summary>One input through one target, with what holds for every target: bounds of time and memory.</summary>
public static class FuzzRun
{
    /// <summary>How long an input may take. Half a second is much for one; the machine may be busy.</summary>
    public static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(20);

    /// <summary>Bytes that an input may make a reader allocate, all in all, beside those of its own length.</summary>
    private const long AllocatedBytesMax = 512L << 20;

    /// <summary>Times its length, as it is read in several ways.</summary>
    private const long AllocatedPerByte = 2000;

    static FuzzRun()
    {
        // A failed assertion is a finding as any other, and must not end the process before its input is kept.
        Trace.Listeners.Clear();
        Trace.Listeners.Add(new ThrowingListener());
    }

    /// <summary>Checks an input.</summary>
    /// <returns>What became of it.</returns>
    /// <exception cref="FuzzFailureException">An expectation did not hold.</exception>
    public static string Check(IFuzzTarget target, byte[] input, int seed)
    {
        long allocatedBefore = GC.GetTotalAllocatedBytes();
        long started = Stopwatch.GetTimestamp();
        string outcome;
        try
        {
            outcome = target.Check(input, new Random(seed));
        }
        catch (Exception finding) when (finding is not FuzzFailureException)
        {
            throw new FuzzFailureException($"{finding.GetType().Name}: {finding.Message}", finding);
        }

        TimeSpan took = Stopwatch.GetElapsedTime(started);
        if (took > TimeMax) throw new FuzzFailureException($"It took {took.TotalSeconds:F1} s.");
        long allocated = GC.GetTotalAllocatedBytes() - allocatedBefore;
        if (allocated > AllocatedBytesMax + (AllocatedPerByte * input.Length))
            throw new FuzzFailureException($"{input.Length} bytes made it allocate {allocated} bytes.");
        return outcome;
    }

    private sealed class ThrowingListener : TraceListener
    {
        public override void Write(string? message)
        {
        }

        public override void WriteLine(string? message)
        {
        }

        public override void Fail(string? message, string? detailMessage) =>
            throw new FuzzFailureException($"Assertion failed: {message} {detailMessage}");
    }
}
