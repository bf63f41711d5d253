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
    public int Shard => ScanPosition.ShardOf(Hash);

    public ulong ShardMask => MaskOf(Hash);

    /// <summary>The shard of a key with this hash, as a set of shards.</summary>
    public static ulong MaskOf(ulong hash) => 1UL << ScanPosition.ShardOf(hash);
}
