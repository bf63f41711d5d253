namespace Bitmapist.Engine.Keyspace;

/// <summary>How many keys, and how many of them expire; or by how much that changed.</summary>
/// <param name="Keys">Keys.</param>
/// <param name="Expiring">Those with an expiry time.</param>
/// <param name="ExpirySumUnixMs">The sum of these times, too wide to overflow.</param>
internal readonly record struct KeyCounts(long Keys, long Expiring, Int128 ExpirySumUnixMs)
{
    /// <summary>With <paramref name="keys"/> more keys that have this expiry time (0: none).</summary>
    public KeyCounts Add(long expiresAtUnixMs, int keys) => new(
        Keys + keys,
        Expiring + (expiresAtUnixMs == 0 ? 0 : keys),
        ExpirySumUnixMs + ((Int128)expiresAtUnixMs * keys));

    /// <summary>Both together.</summary>
    public KeyCounts Add(in KeyCounts other) =>
        new(Keys + other.Keys, Expiring + other.Expiring, ExpirySumUnixMs + other.ExpirySumUnixMs);
}
