using System.Diagnostics;

namespace Bitmapist.Tests.Shared;

/// <summary>
/// Waiting for what must come to pass, and not for ever. The only place where tests sleep: everything else waits for a
/// condition, or moves a clock of its own.
/// </summary>
internal static class Eventually
{
    private const int PollMs = 2;
    private const int MomentMs = 150;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60); // a busy machine is no failure

    /// <summary>Waits until a condition holds.</summary>
    public static async Task IsAsync(Func<bool> condition, string what)
    {
        for (long startedAt = Stopwatch.GetTimestamp(); !condition();)
        {
            GiveUpAfterPatience(startedAt, what);
            await Task.Delay(PollMs, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The same for a condition that has to ask somebody.</summary>
    public static async Task IsAsync(Func<Task<bool>> condition, string what)
    {
        for (long startedAt = Stopwatch.GetTimestamp(); !await condition();)
        {
            GiveUpAfterPatience(startedAt, what);
            await Task.Delay(PollMs, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The same on the calling thread.</summary>
    public static void Is(Func<bool> condition, string what)
    {
        for (long startedAt = Stopwatch.GetTimestamp(); !condition();)
        {
            GiveUpAfterPatience(startedAt, what);
            Thread.Sleep(PollMs);
        }
    }

    /// <summary>
    /// Gives something that must not happen the time to happen. It proves little by itself: what would show that it can
    /// happen at all must be beside it.
    /// </summary>
    /// <param name="condition">What must not come about.</param>
    /// <param name="what">Its name in the message.</param>
    /// <param name="momentMs">How long it is watched.</param>
    public static async Task NeverAsync(Func<bool> condition, string what, int momentMs = MomentMs)
    {
        for (long startedAt = Stopwatch.GetTimestamp();
            Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds < momentMs;)
        {
            Assert.False(condition(), $"It must not come to this: {what}");
            await Task.Delay(PollMs, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>
    /// Lets another process get on with its work where nothing can be asked about it. What is asserted afterwards must
    /// hold whether the moment was long enough or not.
    /// </summary>
    public static Task AMomentAsync(int momentMs = MomentMs) =>
        Task.Delay(momentMs, TestContext.Current.CancellationToken);

    /// <summary>The same on the calling thread.</summary>
    public static void AMoment(int momentMs) => Thread.Sleep(momentMs);

    /// <summary>Whether a condition comes to hold within a time that only a failure takes.</summary>
    public static bool Comes(Func<bool> condition, TimeSpan patience) => SpinWait.SpinUntil(condition, patience);

    private static void GiveUpAfterPatience(long startedAt, string what)
    {
        TimeSpan waited = Stopwatch.GetElapsedTime(startedAt);
        Assert.True(waited < s_patience, $"After {waited.TotalSeconds:N0} s it has not come to this: {what}");
    }
}
