namespace Bitmapist.Engine.Keyspace;

/// <summary>A key's name with its hash, computed once per command.</summary>
internal readonly ref struct KeyRef(ReadOnlySpan<byte> name)
{
    public readonly ReadOnlySpan<byte> Name = name;
    public readonly ulong Hash = KeyHash.Compute(name);

    /// <summary>The shard that holds the key in whichever database.</summary>
    public int Shard => ScanPosition.ShardOf(Hash);

    public ulong ShardMask => 1UL << Shard;
}
