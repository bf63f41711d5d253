using Bitmapist.Roaring;
using Bitmapist.Roaring.Operations;

namespace Bitmapist.Analytics.Expressions;

/// <summary>
/// Computes expressions from their keys' ids. Results of inner operations live as long as the operation that needs
/// them. Immutable; any thread.
/// </summary>
/// <param name="keys">The ids of each of <see cref="ParsedExpression.Keys"/>.</param>
/// <param name="idsEnd">What complements end before: no key has an id from here on, 0 … 2^32.</param>
public sealed class SetEvaluation(IReadOnlyList<ReadOnlyBitmap> keys, long idsEnd)
{
    /// <summary>The ids of a set. O(chunks of its operands).</summary>
    public ReadOnlyBitmap IdsOf(SetExpression expression) => expression switch
    {
        SetExpression.Key key => keys[key.Index],
        SetExpression.Complement complement => BitmapAlgebra.Flip(IdsOf(complement.Operand), 0, idsEnd),
        SetExpression.Operation { Operator: SetOperator.And } and => And(and, BitmapAlgebra.And, BitmapAlgebra.AndNot),
        SetExpression.Operation operation => operation.Operator switch
        {
            SetOperator.Or => BitmapAlgebra.Or(IdsOf(operation.Operands)),
            SetOperator.Xor => BitmapAlgebra.Xor(IdsOf(operation.Operands)),
            _ => BitmapAlgebra.AndNot(IdsOf(operation.Operands[0]), IdsOf([.. operation.Operands.Skip(1)])),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(expression)),
    };

    /// <summary>How many ids a set has; the last operation makes no result. O(chunks of its operands).</summary>
    public long CountOf(SetExpression expression) => expression switch
    {
        SetExpression.Key key => keys[key.Index].Cardinality,
        SetExpression.Complement complement => idsEnd - CountOf(complement.Operand),
        SetExpression.Operation { Operator: SetOperator.And } and =>
            And(and, BitmapAlgebra.AndCardinality, BitmapAlgebra.AndNotCardinality),
        SetExpression.Operation operation => operation.Operator switch
        {
            SetOperator.Or => BitmapAlgebra.OrCardinality(IdsOf(operation.Operands)),
            SetOperator.Xor => BitmapAlgebra.XorCardinality(IdsOf(operation.Operands)),
            _ => BitmapAlgebra.AndNotCardinality(IdsOf(operation.Operands[0]), IdsOf([.. operation.Operands.Skip(1)])),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(expression)),
    };

    private delegate T OfMany<out T>(params ReadOnlySpan<ReadOnlyBitmap> operands);

    private delegate T OfDifference<out T>(ReadOnlyBitmap first, params ReadOnlySpan<ReadOnlyBitmap> rest);

    /// <summary>
    /// Complements among the operands are taken away from the others, which is less than making them.
    /// </summary>
    private T And<T>(SetExpression.Operation and, OfMany<T> ofMany, OfDifference<T> ofDifference)
    {
        ReadOnlyBitmap[] present = IdsOf([.. and.Operands.Where(static one => one is not SetExpression.Complement)]);
        ReadOnlyBitmap[] absent =
            IdsOf([.. and.Operands.OfType<SetExpression.Complement>().Select(static one => one.Operand)]);
        if (absent.Length == 0) return ofMany(present);
        ReadOnlyBitmap from = present.Length switch
        {
            0 => BitmapAlgebra.Range(0, idsEnd),
            1 => present[0],
            _ => BitmapAlgebra.And(present),
        };
        return ofDifference(from, absent);
    }

    private ReadOnlyBitmap[] IdsOf(IReadOnlyList<SetExpression> expressions) => [.. expressions.Select(IdsOf)];
}
