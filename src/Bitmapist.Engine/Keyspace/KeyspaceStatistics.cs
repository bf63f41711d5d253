namespace Bitmapist.Engine.Keyspace;

/// <summary>Counts since the start.</summary>
/// <param name="Hits">Read lookups that found their key.</param>
/// <param name="Misses">Read lookups that did not.</param>
/// <param name="Expired">Keys removed because their time had come.</param>
public readonly record struct KeyspaceStatistics(long Hits, long Misses, long Expired);
