using Bitmapist.Engine.Durability;

namespace Bitmapist.Engine.Tests.Durability;

/// <summary>Keeps what a test may ask about and ignores the rest.</summary>
internal sealed class SilentEvents : IPersistenceEvents
{
    private int _saves;
    private int _failedSaves;

    public int Saves => Volatile.Read(ref _saves);

    public int FailedSaves => Volatile.Read(ref _failedSaves);

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

    public void Saved(TimeSpan elapsed) => Interlocked.Increment(ref _saves);

    public void SaveFailed(Exception failure) => Interlocked.Increment(ref _failedSaves);

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
