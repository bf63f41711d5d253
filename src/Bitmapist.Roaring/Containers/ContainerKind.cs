namespace Bitmapist.Roaring.Containers;

/// <summary>How the ids of one chunk are held.</summary>
internal enum ContainerKind : byte
{
    /// <summary>Strictly ascending 16-bit values.</summary>
    Array = 1,

    /// <summary>1,024 words; bit i of word w is value w × 64 + i.</summary>
    Bitset = 2,

    /// <summary>Ascending disjoint runs, each a pair of 16-bit numbers: first value, length − 1.</summary>
    Run = 3,
}
