namespace Bitmapist.Engine.Saving;

/// <summary>
/// Looks once a second whether database file and log are still where a start looks for them, so that a deleted one is
/// written anew at once and not at the next save. After an attempt that failed it waits, longer each time.
/// </summary>
internal sealed class FileWatch : IAsyncDisposable
{
    private const int PauseSecondsMax = 60;
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private readonly PeriodicTimer _timer;
    private readonly Action _look;
    private readonly Func<bool> _tryMend;
    private readonly Task _running;

    /// <param name="look">Done each second, whatever was before. Throws nothing.</param>
    /// <param name="tryMend">Looks, and mends what is missing; false: it is missing still. Throws nothing.</param>
    /// <param name="time">The clock.</param>
    public FileWatch(Action look, Func<bool> tryMend, TimeProvider time)
    {
        _look = look;
        _tryMend = tryMend;
        _timer = new PeriodicTimer(s_interval, time);
        _running = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _running.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        int pauseSeconds = 0, leftSeconds = 0;
        while (await _timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            await Task.Run(_look).ConfigureAwait(false);
            if (leftSeconds-- > 0) continue;
            bool isWell = await Task.Run(_tryMend).ConfigureAwait(false);
            pauseSeconds = isWell ? 0 : Math.Clamp(pauseSeconds * 2, 1, PauseSecondsMax);
            leftSeconds = pauseSeconds - 1;
        }
    }
}
