namespace Bitmapist.Migration.Rdb;

/// <summary>
/// LZF (Marc Lehmann's liblzf), as RDB files use it. A control byte below 32 is followed by that many literal bytes and
/// one more. Otherwise its upper three bits are the length of a match less 2 (7: the next byte adds to it), and its
/// lower five with the byte after that are how far back it begins, less 1.
/// </summary>
internal static class LzfFormat
{
    /// <summary>Most literal bytes behind one control byte.</summary>
    public const int LiteralsMax = 32;

    /// <summary>Shortest match worth its two bytes.</summary>
    public const int MatchMin = 3;

    /// <summary>A length of 7 in the control byte, 255 in the next, and the 2 that are taken off.</summary>
    public const int MatchMax = 7 + 255 + 2;

    /// <summary>How far back a match may begin: 13 bits, and 1.</summary>
    public const int DistanceMax = 1 << 13;

    /// <summary>A control byte's length from which on the next byte adds to it.</summary>
    public const int LongMatch = 7;
}
