namespace Bitmapist.Roaring.Containers;

/// <summary>
/// Every threshold that decides which form a set or a chunk takes, in one place, with its derivation.
/// docs/format/roaring.md explains them to a reader who does not have the code open.
/// </summary>
internal static class FormRules
{
    /// <summary>Ids of one chunk.</summary>
    public const int ChunkIds = 65_536;

    /// <summary>Words of one bitset: 65,536 / 64.</summary>
    public const int ChunkWords = 1_024;

    /// <summary>Bytes of one bitset: 65,536 / 8.</summary>
    public const int BitsetBytes = 8_192;

    /// <summary>
    /// The portable format's limit, fixed by its specification: 4,096 × 2 B = 8 KiB, array and bitset cost the
    /// same.
    /// </summary>
    public const int PortableArrayMax = 4_096;

    /// <summary>
    /// Values of the largest array in memory. Half the portable limit: a bitset then costs at most twice an array's
    /// bytes, while AND of two bitsets takes a tenth of the time of merging two arrays of 3,000 values, and adding a
    /// value moves nothing.
    /// </summary>
    public const int ArrayMax = 2_048;

    /// <summary>
    /// A bitset that shrinks below this becomes an array again. A quarter below <see cref="ArrayMax"/>, so that
    /// adding and removing one id at the edge does not convert back and forth.
    /// </summary>
    public const int BitsetMin = 1_536;

    /// <summary>
    /// Ids of the largest compact set. Insertion moves half of 4 B × 4,096 = 16 KiB on average, about 0.15 µs, the
    /// cost of a cache miss or two; beyond that containers are cheaper to write.
    /// </summary>
    public const int CompactMax = 4_096;

    /// <summary>
    /// Bytes a container costs beside its values: 16 B descriptor, 2 B chunk number, 24 B array header, rounding.
    /// </summary>
    public const int ContainerOverheadBytes = 44;

    /// <summary>Bytes of the two top-level arrays' headers that a compact set does without.</summary>
    public const int TopLevelOverheadBytes = 48;

    /// <summary>Array object header, method table and length on a 64-bit runtime.</summary>
    public const int ArrayHeaderBytes = 24;

    /// <summary>
    /// Whether one sorted array of 4-byte ids is the cheaper form: 4 B × ids against 2 B × ids and the overhead of
    /// each container, and few enough ids that insertion stays cheap.
    /// </summary>
    public static bool PrefersCompact(long cardinality, int chunkCount) =>
        cardinality <= CompactMax
        && 2 * cardinality <= TopLevelOverheadBytes + (long)ContainerOverheadBytes * chunkCount;

    /// <summary>
    /// Whether a growing compact set must become containers. An eighth beyond <see cref="PrefersCompact"/>, so that
    /// a set at the edge stays what it is.
    /// </summary>
    public static bool OutgrowsCompact(int cardinality, int chunkCount) =>
        cardinality > CompactMax
        || 16L * cardinality > 9L * (TopLevelOverheadBytes + (long)ContainerOverheadBytes * chunkCount);

    /// <summary>
    /// Whether runs are the smallest form in memory: 4 B each, against the array or bitset it would be.
    /// </summary>
    public static bool PrefersRuns(int runCount, int cardinality) =>
        4 * runCount < (cardinality <= ArrayMax ? 2 * cardinality : BitsetBytes);

    /// <summary>
    /// Whether an edited run container has lost its reason: its runs cost a quarter more than the other form. The
    /// quarter keeps a container at the edge from converting back and forth. So 2,561 runs are the most there can be.
    /// </summary>
    public static bool OutgrowsRuns(int runCount, int cardinality) =>
        16 * runCount > 5 * (cardinality <= ArrayMax ? 2 * cardinality + 8 : BitsetBytes);

    /// <summary>
    /// Capacity for an array that must hold <paramref name="count"/> values: a quarter more, so that growth costs at
    /// most 25 % of memory; a multiple of four 16-bit values, because objects are rounded to 8 bytes anyway.
    /// </summary>
    public static int GrownArrayCapacity(int count) => Math.Min((count + Math.Max(2, count / 4) + 3) & ~3, ArrayMax);

    /// <summary>Capacity for a compact set that must hold <paramref name="count"/> ids: an eighth more, even.</summary>
    public static int GrownCompactCapacity(int count) => (count + Math.Max(1, count / 8) + 1) & ~1;

    /// <summary>Capacity of the top-level arrays: a quarter more, at most one entry per chunk.</summary>
    public static int GrownTopLevelCapacity(int count) =>
        Math.Min(count + Math.Max(2, count / 4), RoaringLimits.ChunksMax);
}
