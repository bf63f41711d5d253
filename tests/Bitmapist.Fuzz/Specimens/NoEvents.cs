using Bitmapist.Engine.Durability;

namespace Bitmapist.Fuzz.Specimens;

/// <summary>Nobody listens.</summary>
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

    public void CompactionFailed(Exception failure)
    {
    }

    public void BackedUp(string path, TimeSpan elapsed)
    {
    }
}
