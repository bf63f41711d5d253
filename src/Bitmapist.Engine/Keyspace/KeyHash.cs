using Bitmapist.Storage.Files;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// The hash of a key's name, which chooses its shard and its place there: SipHash-1-3 under a key that is random per
/// process. Clients choose names, and a hash whose seed they could cancel would let them put all keys into one bucket
/// of one shard. Every table that names fed by clients lead to uses it (<see cref="StoredKey"/>); XxHash3 would be
/// faster on long names, but has pairs of inputs that collide under every seed.
/// </summary>
internal static class KeyHash
{
    private static readonly SipKey s_key = SipKey.NewRandom();

    public static ulong Compute(ReadOnlySpan<byte> name) => SipHash.Compute(s_key, name);
}
