using System.Diagnostics;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Crash.Rounds;

/// <summary>
/// When to kill, once the work has begun: a random moment within a reach that grows with every hit and shrinks with
/// every miss, so that about two thirds of the kills come in time on any machine, at moments all over the work.
/// </summary>
internal sealed class Aim(Random random)
{
    private const double ReachMaxMs = 5_000;
    private readonly TimeSpan _patience = TimeSpan.FromSeconds(10);
    private double _reachMs = 20;

    /// <summary>Waits for the work to begin, a random moment longer, and kills.</summary>
    /// <param name="server">Who is killed.</param>
    /// <param name="hasBegun">Asked over and over: the work is short.</param>
    /// <param name="isUnderWay">Asked when the server is dead: whether the work had begun and had not ended.</param>
    public Outcome Kill(ServerProcess server, Func<bool> hasBegun, Func<bool> isUnderWay)
    {
        if (WaitFor(server, hasBegun)) Pause(random.NextDouble() * _reachMs);
        server.Kill();
        bool wasUnderWay = isUnderWay();
        _reachMs = Math.Clamp(_reachMs * (wasUnderWay ? 1.2 : 0.7), 0.05, ReachMaxMs);
        return Outcome.Of(wasUnderWay);
    }

    /// <summary>Whether it came about before the server ended or patience did.</summary>
    public bool WaitFor(ServerProcess server, Func<bool> condition)
    {
        long startedAt = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (server.HasExited || Stopwatch.GetElapsedTime(startedAt) > _patience) return condition();
            Thread.Yield();
        }

        return true;
    }

    /// <summary>Less than a timer's tick counts here.</summary>
    private static void Pause(double milliseconds)
    {
        long startedAt = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds < milliseconds) Thread.Yield();
    }
}
