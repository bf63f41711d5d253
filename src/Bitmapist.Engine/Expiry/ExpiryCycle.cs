using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Engine.Expiry;

/// <summary>
/// Removes expired keys in the background ten times a second, so that those nobody asks for go as well.
/// </summary>
public sealed class ExpiryCycle : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100); // Redis's default hz
    private readonly PeriodicTimer _timer;
    private readonly Task _running;

    public ExpiryCycle(KeyspaceStore store, TimeProvider time)
    {
        _timer = new PeriodicTimer(s_interval, time);
        _running = RunAsync(store);
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _running.ConfigureAwait(false);
    }

    private async Task RunAsync(KeyspaceStore store)
    {
        using var session = new Session(store);
        while (await _timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            try
            {
                store.RemoveExpired(session);
            }
            catch (ColdReadException)
            {
                // The database file cannot be read just now: the next turn tries again, and whoever asks for a key
                // there is told.
            }
            catch (Storage.Files.StorageException)
            {
                // The log failed just now: its owner says so to every client. The keys are gone from memory all the
                // same, and a restart finds them expired again.
            }

            session.ReleaseFiles();
        }
    }
}
