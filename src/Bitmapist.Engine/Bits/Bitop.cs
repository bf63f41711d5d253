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

    /// <summary>How many ones <see cref="Compute"/> gives, when that can be told for less; else null.</summary>
    public static long? TryCount(BitopKind operation, ReadOnlySpan<ReadOnlyBitmap> operands, long lengthBytes) =>
        operation switch
        {
            BitopKind.And => BitmapAlgebra.AndCardinality(operands),
            BitopKind.Or => BitmapAlgebra.OrCardinality(operands),
            BitopKind.Xor => BitmapAlgebra.XorCardinality(operands),
            BitopKind.Not => (lengthBytes * 8) - operands[0].Cardinality,
            BitopKind.Diff => BitmapAlgebra.AndNotCardinality(operands[0], operands[1..]),
            BitopKind.Diff1 => BitmapAlgebra.OrCardinality(operands) - operands[0].Cardinality,
            BitopKind.AndOr => operands[0].Cardinality + BitmapAlgebra.OrCardinality(operands[1..])
                - BitmapAlgebra.OrCardinality(operands),
            BitopKind.One => null,
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "Not an operation of BITOP."),
        };

    /// <summary>Whether a bit of the result is one.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="isInFirst">The first operand has it.</param>
    /// <param name="holders">How many operands have it.</param>
    /// <param name="operandCount">Of how many.</param>
    /// <param name="isInString">It lies within the first operand's string.</param>
    public static bool Contains(
        BitopKind operation, bool isInFirst, int holders, int operandCount, bool isInString) =>
        operation switch
        {
            BitopKind.And => holders == operandCount,
            BitopKind.Or => holders > 0,
            BitopKind.Xor => holders % 2 == 1,
            BitopKind.Not => isInString && holders == 0,
            BitopKind.Diff => isInFirst && holders == 1,
            BitopKind.Diff1 => !isInFirst && holders > 0,
            BitopKind.AndOr => isInFirst && holders > 1,
            BitopKind.One => holders == 1,
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
