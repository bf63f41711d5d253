using System.Runtime.ExceptionServices;
using Bitmapist.Engine.Durability;

namespace Bitmapist.Migration.Aof;

/// <summary>Keeps why a save failed, for the thread that replays. Any thread.</summary>
internal sealed class FailedSaves : IPersistenceEvents
{
    private volatile Exception? _failure;

    /// <summary>Throws what a save failed with.</summary>
    public void Throw()
    {
        if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
    }

    public void SaveFailed(Exception failure) => _failure = failure;

    public void Loading(string path)
    {
    }

    public void Loaded(TimeSpan elapsed, long keys)
    {
    }

    public void TornTail(string path, long offset, long bytes)
    {
    }

    public void Saving()
    {
    }

    public void Saved(TimeSpan elapsed)
    {
    }

    public void Restored(string path)
    {
    }

    public void LogMissing(string path)
    {
    }

    public void CompactionFailed(Exception failure)
    {
    }

    public void BackedUp(string path, TimeSpan elapsed)
    {
    }
}
