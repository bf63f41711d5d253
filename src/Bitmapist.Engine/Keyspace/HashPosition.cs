using System.Numerics;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// Where a key is in the order of hashes: the upper 48 bits of its hash. The first six choose the shard, the next ones
/// the bucket, so that a walk over a table goes on at the same place when the table has grown meanwhile.
/// </summary>
internal static class HashPosition
{
    public const int Bits = 48;
    private const int ShardBits = 6; // log2(EngineLimits.Shards)
    public const int InShardBits = Bits - ShardBits;

    public static ulong Of(ulong hash) => hash >> (64 - Bits);

    public static int ShardOf(ulong hash) => (int)(hash >> (64 - ShardBits));

    public static int ShardAt(ulong position) => (int)(position >> InShardBits);

    public static ulong StartOfShard(int shard) => (ulong)shard << InShardBits;

    /// <summary>Bucket of a position in a table of a power of two of buckets.</summary>
    public static int BucketAt(ulong position, int bucketCount) =>
        (int)((position >> (InShardBits - BitOperations.Log2((uint)bucketCount))) & (uint)(bucketCount - 1));

    /// <summary>The first position of a bucket, counted from its shard's start.</summary>
    public static ulong StartOfBucket(int bucket, int bucketCount) =>
        (ulong)bucket << (InShardBits - BitOperations.Log2((uint)bucketCount));
}
