using Bitmapist.Engine.Saving;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Server.Logging;

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

    public void WritesRefused(LogFailure failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        if (failure.IsSync) Log.SyncRefused(logger, failure.Reason.Message);
        else Log.WritesRefused(logger, failure.Reason.Message);
    }

    public void WritesResumed(TimeSpan refusedFor) => Log.WritesResumed(logger, Milliseconds(refusedFor));

    public void SyncBehind(long delays) => Log.SyncBehind(logger, delays);

    public void LogOutgrewData(long logBytes) => Log.LogOutgrewData(logger, logBytes);

    public void BackgroundWorkFailed(string work, Exception failure) =>
        Log.BackgroundWorkFailed(logger, work, failure.Message, failure);

    private static double Milliseconds(TimeSpan elapsed) => Math.Round(elapsed.TotalMilliseconds, 3);
}
