using Bitmapist.Storage.Log;

namespace Bitmapist.Engine.Saving;

/// <summary>Where and how a keyspace is kept on disk.</summary>
/// <param name="Path">The database file; its log and lock are beside it.</param>
/// <param name="Databases">Number of databases.</param>
/// <param name="Fsync">When the log is synced.</param>
/// <param name="SaveInterval">Time between periodic saves; zero: none.</param>
public sealed record PersistenceOptions(string Path, int Databases, FsyncPolicy Fsync, TimeSpan SaveInterval)
{
    /// <summary>Bytes of bitmaps and index in memory; 0: any number.</summary>
    public long MemoryBytesMax { get; init; }

    /// <summary>
    /// A save begins when the log is so many percent of the database file's live bytes; 0: never for that.
    /// </summary>
    public int LogGrowthPercentage { get; init; } = 100; // Redis's auto-aof-rewrite-percentage

    /// <summary>Below so many bytes of the log no save begins for its size.</summary>
    public long LogGrowthBytesMin { get; init; } = 64L << 20; // Redis's auto-aof-rewrite-min-size

    /// <summary>After so long without being used a key is evicted; zero: it stays.</summary>
    public TimeSpan HotFor { get; init; } = TimeSpan.FromSeconds(300); // as the original server
}
