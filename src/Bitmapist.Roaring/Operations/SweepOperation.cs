namespace Bitmapist.Roaring.Operations;

/// <summary>
/// A set operation as its truth table: bit (2 × left + right) says whether a value that is in or not in the left and
/// right operand is in the result.
/// </summary>
internal enum SweepOperation
{
    /// <summary>In both: only bit 3.</summary>
    And = 0b1000,

    /// <summary>In either: bits 1, 2 and 3.</summary>
    Or = 0b1110,

    /// <summary>In exactly one: bits 1 and 2.</summary>
    Xor = 0b0110,

    /// <summary>In the left one only: bit 2.</summary>
    AndNot = 0b0100,
}
