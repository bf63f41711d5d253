namespace Bitmapist.Client.Events;

/// <summary>The set operations that BITOP has on every server.</summary>
public enum BitOperation
{
    /// <summary>Ids in every operand.</summary>
    And,

    /// <summary>Ids in some operand.</summary>
    Or,

    /// <summary>Ids in an odd number of operands.</summary>
    Xor,

    /// <summary>Ids not in the operand, up to the last id its key has room for.</summary>
    Not,
}
