using System.Diagnostics;

namespace Bitmapist.Fuzz;

/// <summary>
/// Shortens an input that fails as long as it goes on failing in the same way: cuts pieces out of it, from halves down
/// to single bytes, then makes bytes zero (delta debugging; Zeller and Hildebrandt, 2002).
/// </summary>
public static class Minimizer
{
    /// <summary>The shortest input found within a time.</summary>
    public static byte[] Shorten(Finding finding, TimeSpan timeMax)
    {
        ArgumentNullException.ThrowIfNull(finding);
        long started = Stopwatch.GetTimestamp();
        bool HasTime() => Stopwatch.GetElapsedTime(started) < timeMax;
        byte[] input = finding.Input;
        for (int piece = Math.Max(1, input.Length / 2); piece >= 1 && HasTime(); piece /= 2)
        {
            for (int at = 0; at < input.Length && HasTime();)
            {
                byte[] shorter = [.. input.AsSpan(0, at), .. input.AsSpan(Math.Min(input.Length, at + piece))];
                if (FailsAlike(finding, shorter)) input = shorter;
                else at += piece;
            }
        }

        for (int at = 0; at < input.Length && HasTime(); at++)
        {
            if (input[at] == 0) continue;
            byte[] plainer = (byte[])input.Clone();
            plainer[at] = 0;
            if (FailsAlike(finding, plainer)) input = plainer;
        }

        return input;
    }

    private static bool FailsAlike(Finding finding, byte[] input)
    {
        try
        {
            FuzzRun.Check(finding.Target, input, finding.Seed);
            return false;
        }
        catch (FuzzFailureException failure)
        {
            return Kind(failure) == Kind(finding.Failure);
        }
    }

    /// <summary>What tells failures apart: the exception and where it was thrown, or the expectation.</summary>
    private static string Kind(FuzzFailureException failure) => failure.InnerException is { } inner
        ? $"{inner.GetType()} in {inner.TargetSite?.DeclaringType}.{inner.TargetSite?.Name}"
        : failure.Message.Split('.', ':', '\n')[0];
}
