using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Engine.Upkeep;

/// <summary>
/// Removes expired keys in the background ten times a second, so that those nobody asks for go as well. A turn that
/// fails is told of, and the next one tries again: the file may be unreadable just now, or the log refuse.
/// </summary>
public sealed class ExpiryCycle : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100); // Redis's default hz
    private readonly PeriodicTimer _timer;
    private readonly Task _running;

    /// <param name="store">Whose keys.</param>
    /// <param name="time">The clock that turns go by.</param>
    /// <param name="whenFailed">Told of every turn that fails, whatever the reason; on the cycle's thread.</param>
    public ExpiryCycle(KeyspaceStore store, TimeProvider time, Action<Exception> whenFailed)
    {
        _timer = new PeriodicTimer(s_interval, time);
        _running = RunAsync(store, whenFailed);
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _running.ConfigureAwait(false);
    }

    private async Task RunAsync(KeyspaceStore store, Action<Exception> whenFailed)
    {
        using var session = new Session(store);
        while (await _timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            if (!store.IsExpiryCycleOn) continue;
            try
            {
                ExpiredKeys.Remove(session);
            }
            catch (Exception failure)
            {
                // What was removed from memory though the log refused it expires again after a restart; what is still
                // there is expired to every lookup.
                whenFailed(failure);
            }

            session.ReleaseFiles();
        }
    }
}
