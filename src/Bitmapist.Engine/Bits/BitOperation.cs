namespace Bitmapist.Engine.Bits;

/// <summary>The operations of BITOP. The numbers are stored in the log: never renumber.</summary>
public enum BitOperation : byte
{
    And = 1,
    Or = 2,
    Xor = 3,
    Not = 4,

    /// <summary>The first key without any of the others (Redis 8.2).</summary>
    Diff = 5,

    /// <summary>In some of the others and not in the first key (Redis 8.2).</summary>
    Diff1 = 6,

    /// <summary>In the first key and in some of the others (Redis 8.2).</summary>
    AndOr = 7,

    /// <summary>In exactly one of the keys (Redis 8.2).</summary>
    One = 8,
}
