namespace Bitmapist.Roaring.Operations;

/// <summary>The set operations on two operands.</summary>
internal enum SetOperation
{
    And,
    Or,
    Xor,
    AndNot,
}
