using Bitmapist.Engine.Durability;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Server;

/// <summary>Logs what happens to the database.</summary>
internal sealed class PersistenceLogger(ILogger logger) : IPersistenceEvents
{
    public void Loading(string path) => Log.Loading(logger, path);

    public void Loaded(TimeSpan elapsed, long keys) => Log.Loaded(logger, Milliseconds(elapsed), keys);

    public void TornTail(string path, long offset, long bytes) => Log.TornTail(logger, path, offset, bytes);

    public void Saving() => Log.Saving(logger);

    public void Saved(TimeSpan elapsed) => Log.Saved(logger, Milliseconds(elapsed));

    public void SaveFailed(Exception failure) => Log.SaveFailed(logger, failure.Message);

    public void Restored(string path) => Log.Restored(logger, path);

    public void LogMissing(string path) => Log.LogMissing(logger, path);

    public void CompactionFailed(Exception failure) => Log.CompactionFailed(logger, failure.Message);

    public void BackedUp(string path, TimeSpan elapsed) => Log.BackedUp(logger, path, Milliseconds(elapsed));

    private static double Milliseconds(TimeSpan elapsed) => Math.Round(elapsed.TotalMilliseconds, 3);
}
