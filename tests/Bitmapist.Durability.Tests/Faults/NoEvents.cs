using Bitmapist.Engine.Durability;

namespace Bitmapist.Durability.Tests.Faults;

/// <summary>Nobody to tell.</summary>
internal sealed class NoEvents : IPersistenceEvents
{
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

    public void SaveFailed(Exception failure)
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
