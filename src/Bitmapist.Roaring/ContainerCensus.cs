namespace Bitmapist.Roaring;

/// <summary>What serialized bitmaps are made of: their containers, and their bytes, by kind.</summary>
public readonly record struct ContainerCensus
{
    /// <summary>Containers that are sorted arrays.</summary>
    public long Arrays { get; init; }

    public long ArrayBytes { get; init; }

    /// <summary>Containers that are bitsets of 8 KiB.</summary>
    public long Bitsets { get; init; }

    public long BitsetBytes { get; init; }

    /// <summary>Containers that are runs.</summary>
    public long Runs { get; init; }

    public long RunBytes { get; init; }

    /// <summary>Bytes before the containers.</summary>
    public long HeaderBytes { get; init; }

    public static ContainerCensus operator +(ContainerCensus left, ContainerCensus right) => new()
    {
        Arrays = left.Arrays + right.Arrays,
        ArrayBytes = left.ArrayBytes + right.ArrayBytes,
        Bitsets = left.Bitsets + right.Bitsets,
        BitsetBytes = left.BitsetBytes + right.BitsetBytes,
        Runs = left.Runs + right.Runs,
        RunBytes = left.RunBytes + right.RunBytes,
        HeaderBytes = left.HeaderBytes + right.HeaderBytes,
    };

    public static ContainerCensus Add(ContainerCensus left, ContainerCensus right) => left + right;
}
