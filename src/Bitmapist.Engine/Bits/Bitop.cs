using Bitmapist.Roaring;
using Bitmapist.Roaring.Operations;

namespace Bitmapist.Engine.Bits;

/// <summary>BITOP over sets of one-bits: the semantics of redis.io/commands/bitop (8.2).</summary>
internal static class Bitop
{
    /// <summary>Computes the result's bits; costs the chunks of the operands.</summary>
    /// <param name="operation">What to do; NOT takes one operand, the 8.2 forms but ONE at least two.</param>
    /// <param name="operands">At least one; a missing key is an empty bitmap.</param>
    /// <param name="lengthBytes">The first operand's string length, up to which NOT complements.</param>
    public static FrozenBitmap Compute(
        BitopKind operation, ReadOnlySpan<ReadOnlyBitmap> operands, long lengthBytes) =>
        operation switch
        {
            BitopKind.And => BitmapAlgebra.And(operands),
            BitopKind.Or => BitmapAlgebra.Or(operands),
            BitopKind.Xor => BitmapAlgebra.Xor(operands),
            BitopKind.Not => BitmapAlgebra.Flip(operands[0], 0, lengthBytes * 8),
            BitopKind.Diff => BitmapAlgebra.AndNot(operands[0], operands[1..]),
            BitopKind.Diff1 => BitmapAlgebra.AndNot(BitmapAlgebra.Or(operands[1..]), operands[..1]),
            BitopKind.AndOr => BitmapAlgebra.And([operands[0], BitmapAlgebra.Or(operands[1..])]),
            BitopKind.One => ExactlyOne(operands),
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "Not an operation of BITOP."),
        };

    private static FrozenBitmap ExactlyOne(ReadOnlySpan<ReadOnlyBitmap> operands)
    {
        ReadOnlyBitmap seen = operands[0];
        ReadOnlyBitmap repeated = FrozenBitmap.Empty;
        foreach (ReadOnlyBitmap operand in operands[1..])
        {
            repeated = BitmapAlgebra.Or([repeated, BitmapAlgebra.And([seen, operand])]);
            seen = BitmapAlgebra.Or([seen, operand]);
        }

        return BitmapAlgebra.AndNot(seen, [repeated]);
    }
}

/// <summary>The operations of BITOP. The numbers are stored in the log: never renumber.</summary>
public enum BitopKind : byte
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
