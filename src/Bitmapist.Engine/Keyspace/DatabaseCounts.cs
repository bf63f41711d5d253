namespace Bitmapist.Engine.Keyspace;

/// <summary>What a database holds.</summary>
/// <param name="Database">Its number.</param>
/// <param name="Keys">Its keys.</param>
/// <param name="Expiring">Those of them that will expire.</param>
/// <param name="AverageTtlMs">The mean time these have left; 0 when there are none.</param>
public readonly record struct DatabaseCounts(int Database, long Keys, long Expiring, long AverageTtlMs);
