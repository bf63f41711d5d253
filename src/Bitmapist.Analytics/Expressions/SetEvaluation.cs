using Bitmapist.Roaring;
using Bitmapist.Roaring.Operations;

namespace Bitmapist.Analytics.Expressions;

/// <summary>
/// Computes expressions from their keys' ids. Of an operation one operand that is not a key is in memory at a time,
/// beside the result so far: so an expression takes a set for each level of it. Immutable; any thread.
/// </summary>
/// <param name="keys">The ids of each of the question's keys.</param>
/// <param name="idsEnd">What complements end before: no key has an id from here on, 0 … 2^32.</param>
/// <param name="isWanted">Asked before each operation; false ends it.</param>
public sealed class SetEvaluation(IReadOnlyList<ReadOnlyBitmap> keys, long idsEnd, Func<bool>? isWanted = null)
{
    /// <summary>The ids of a set. O(chunks of its operands).</summary>
    /// <exception cref="OperationCanceledException">Nobody wants them any more.</exception>
    public ReadOnlyBitmap IdsOf(SetExpression expression)
    {
        if (expression is SetExpression.Key key) return keys[key.Index];
        if (isWanted?.Invoke() is false) throw new OperationCanceledException();
        if (expression is SetExpression.Complement complement)
            return BitmapAlgebra.Flip(IdsOf(complement.Operand), 0, idsEnd);
        var operation = (SetExpression.Operation)expression;
        if (operation.Operator == SetOperator.And) return And(operation);
        // Keys at once, as they are in memory anyway; others one by one.
        List<ReadOnlyBitmap> ready = [.. operation.Operands.OfType<SetExpression.Key>().Select(IdsOf)];
        if (operation.Operator == SetOperator.Difference)
        {
            ReadOnlyBitmap left = IdsOf(operation.Operands[0]);
            if (operation.Operands[0] is SetExpression.Key) ready.RemoveAt(0);
            if (ready.Count > 0) left = BitmapAlgebra.AndNot(left, [.. ready]);
            foreach (SetExpression other in Computed(operation.Operands.Skip(1)))
                left = BitmapAlgebra.AndNot(left, IdsOf(other));
            return left;
        }

        bool isOr = operation.Operator == SetOperator.Or;
        ReadOnlyBitmap? result = ready.Count == 0 ? null : Join(isOr, [.. ready]);
        foreach (SetExpression other in Computed(operation.Operands))
            result = result is null ? IdsOf(other) : Join(isOr, [result, IdsOf(other)]);
        return result!;
    }

    /// <summary>
    /// How many ids a set has; where its operands are keys no set is made. O(chunks of its operands).
    /// </summary>
    /// <exception cref="OperationCanceledException">Nobody wants to know any more.</exception>
    public long CountOf(SetExpression expression)
    {
        if (expression is SetExpression.Complement complement) return idsEnd - CountOf(complement.Operand);
        if (expression is not SetExpression.Operation operation || Computed(operation.Operands).Any())
            return IdsOf(expression).Cardinality;
        ReadOnlyBitmap[] sets = [.. operation.Operands.Select(IdsOf)];
        return operation.Operator switch
        {
            SetOperator.And => BitmapAlgebra.AndCardinality(sets),
            SetOperator.Or => BitmapAlgebra.OrCardinality(sets),
            SetOperator.Xor => BitmapAlgebra.XorCardinality(sets),
            _ => BitmapAlgebra.AndNotCardinality(sets[0], sets.AsSpan(1)),
        };
    }

    /// <summary>
    /// Complements among the operands are taken away from the others, which is less than making them.
    /// </summary>
    private ReadOnlyBitmap And(SetExpression.Operation and)
    {
        ReadOnlyBitmap[] ready = [.. and.Operands.OfType<SetExpression.Key>().Select(IdsOf)];
        ReadOnlyBitmap? result = ready.Length switch
        {
            0 => null,
            1 => ready[0],
            _ => BitmapAlgebra.And(ready),
        };
        foreach (SetExpression.Operation other in and.Operands.OfType<SetExpression.Operation>())
            result = result is null ? IdsOf(other) : BitmapAlgebra.And(result, IdsOf(other));
        result ??= BitmapAlgebra.Range(0, idsEnd);
        foreach (SetExpression.Complement other in and.Operands.OfType<SetExpression.Complement>())
            result = BitmapAlgebra.AndNot(result, IdsOf(other.Operand));
        return result;
    }

    private static FrozenBitmap Join(bool isOr, ReadOnlySpan<ReadOnlyBitmap> sets) =>
        isOr ? BitmapAlgebra.Or(sets) : BitmapAlgebra.Xor(sets);

    private static IEnumerable<SetExpression> Computed(IEnumerable<SetExpression> operands) =>
        operands.Where(static operand => operand is not SetExpression.Key);
}
