namespace Bitmapist.Analytics.Expressions;

/// <summary>How much work an expression is.</summary>
/// <param name="keyChunks">Chunks of 65,536 ids of each key, an estimate from above.</param>
/// <param name="idsEnd">What complements end before.</param>
public sealed class ExpressionCost(IReadOnlyList<long> keyChunks, long idsEnd)
{
    private const int ChunkShift = 16;

    /// <summary>
    /// Chunks that computing a set visits and makes, an estimate from above; at least 1. O(operands).
    /// </summary>
    public long Of(SetExpression expression) => expression switch
    {
        SetExpression.Key key => Math.Max(1, keyChunks[key.Index]),
        SetExpression.Complement complement => Of(complement.Operand) + 1 + (idsEnd >> ChunkShift),
        SetExpression.Operation operation => operation.Operands.Sum(Of),
        _ => throw new ArgumentOutOfRangeException(nameof(expression)),
    };
}
