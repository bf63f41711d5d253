using Bitmapist.Storage.Files;

namespace Bitmapist.Engine.Keyspace;

/// <summary>A key's name with its hash, computed once per command.</summary>
internal readonly ref struct KeyRef(ReadOnlySpan<byte> name, ulong hash)
{
    public readonly ReadOnlySpan<byte> Name = name;
    public readonly ulong Hash = hash;

    public KeyRef(ReadOnlySpan<byte> name)
        : this(name, KeyHash.Compute(name))
    {
    }

    /// <summary>The shard that holds the key in whichever database.</summary>
    public int Shard => HashPosition.ShardOf(Hash);

    public ulong ShardMask => MaskOf(Hash);

    /// <summary>The shard of a key with this hash, as a set of shards.</summary>
    public static ulong MaskOf(ulong hash) => 1UL << HashPosition.ShardOf(hash);
}

/// <summary>
/// The hash of a key's name, which chooses its shard and its place there: SipHash-1-3 under a key that is random per
/// process. Clients choose names, and a hash whose seed they could cancel would let them put all keys into one bucket
/// of one shard. Every table that names fed by clients lead to uses it (<see cref="KeyId"/>); XxHash3 would be
/// faster on long names, but has pairs of inputs that collide under every seed.
/// </summary>
internal static class KeyHash
{
    private static readonly SipKey s_key = SipKey.NewRandom();

    public static ulong Compute(ReadOnlySpan<byte> name) => SipHash.Compute(s_key, name);
}
