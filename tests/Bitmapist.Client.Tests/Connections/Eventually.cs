using System.Diagnostics;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>Waiting for what must come to pass, and not for ever.</summary>
internal static class Eventually
{
    private const int PatienceSeconds = 60; // a busy machine is no failure

    public static async Task IsAsync(Func<bool> condition, string what)
    {
        long startedAt = Stopwatch.GetTimestamp();
        while (!condition())
        {
            double seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
            Assert.True(seconds < PatienceSeconds, $"After {seconds:N0} s it has not come to this: {what}");
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }
}
