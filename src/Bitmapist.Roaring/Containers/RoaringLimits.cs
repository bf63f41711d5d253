namespace Bitmapist.Roaring.Containers;

/// <summary>The sizes this assembly promises to stay within. Each has a unit and a test.</summary>
internal static class RoaringLimits
{
    /// <summary>Ids are 0 … 2^32−1, so half-open ranges end at 2^32 at the latest.</summary>
    public const long IdsMax = 1L << 32;

    /// <summary>Chunks a set can have: one per value of an id's upper half.</summary>
    public const int ChunksMax = 65_536;

    /// <summary>64-bit words that cover every id.</summary>
    public const long WordsMax = IdsMax / 64;
}
