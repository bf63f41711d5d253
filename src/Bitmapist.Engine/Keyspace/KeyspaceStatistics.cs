namespace Bitmapist.Engine.Keyspace;

/// <summary>Counts since the start.</summary>
/// <param name="Hits">Read lookups that found their key.</param>
/// <param name="Misses">Read lookups that did not.</param>
/// <param name="Expired">Keys removed because their time had come.</param>
public readonly record struct KeyspaceStatistics(long Hits, long Misses, long Expired)
{
    /// <summary>Keys fetched from the database file because they were not resident.</summary>
    public long Loads { get; init; }

    /// <summary>Read lookups whose key was resident.</summary>
    public long HotHits { get; init; }

    /// <summary>Keys evicted; the database file has them.</summary>
    public long Evicted { get; init; }

    /// <summary>Resident keys.</summary>
    public long ResidentKeys { get; init; }

    /// <summary>Bytes these occupy, about.</summary>
    public long ResidentBytes { get; init; }
}
