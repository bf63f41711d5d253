using Bitmapist.Engine.Saving;

namespace Bitmapist.Engine.Tests.Saving;

/// <summary>Keeps what a test may ask about and ignores the rest.</summary>
internal sealed class SilentEvents : IPersistenceEvents
{
    private int _saves;
    private int _failedSaves;
    private readonly List<LogFailure> _refusals = [];
    private readonly List<TimeSpan> _resumptions = [];
    private readonly List<string> _unexpected = [];
    private readonly List<long> _delays = [];
    private int _savesForGrowth;

    public int Saves => Volatile.Read(ref _saves);

    public int FailedSaves => Volatile.Read(ref _failedSaves);

    public void Saved(TimeSpan elapsed) => Interlocked.Increment(ref _saves);

    public void SaveFailed(Exception failure) => Interlocked.Increment(ref _failedSaves);

    /// <summary>When, and why, writes came to be refused.</summary>
    public IReadOnlyList<LogFailure> Refusals => Copy(_refusals);

    /// <summary>After how long they were taken again.</summary>
    public IReadOnlyList<TimeSpan> Resumptions => Copy(_resumptions);

    /// <summary>What background work met that it should not.</summary>
    public IReadOnlyList<string> Unexpected => Copy(_unexpected);

    /// <summary>How often it was told that the disk is behind, and how many acknowledgements waited.</summary>
    public IReadOnlyList<long> Delays => Copy(_delays);

    /// <summary>Saves begun because of the log's size.</summary>
    public int SavesForGrowth => Volatile.Read(ref _savesForGrowth);

    public void WritesRefused(LogFailure failure) => Add(_refusals, failure);

    public void WritesResumed(TimeSpan refusedFor) => Add(_resumptions, refusedFor);

    public void SyncBehind(long delays) => Add(_delays, delays);

    public void LogOutgrewData(long logBytes) => Interlocked.Increment(ref _savesForGrowth);

    public void BackgroundWorkFailed(string work, Exception failure) => Add(_unexpected, $"{work}: {failure}");

    private static void Add<T>(List<T> list, T item)
    {
        lock (list) list.Add(item);
    }

    private static List<T> Copy<T>(List<T> list)
    {
        lock (list) return [.. list];
    }
}
