namespace Bitmapist.Analytics.Expressions;

/// <summary>A set of ids in terms of keys. Immutable.</summary>
public abstract record SetExpression
{
    private SetExpression()
    {
    }

    /// <summary>The ids of a key.</summary>
    /// <param name="Index">Which, in <see cref="ParsedExpression.Keys"/>.</param>
    public sealed record Key(int Index) : SetExpression;

    /// <summary>
    /// The ids that are not in a set, up to the last byte of the longest of the expression's keys.
    /// </summary>
    /// <param name="Operand">The set.</param>
    public sealed record Complement(SetExpression Operand) : SetExpression;

    /// <summary>An operation over several sets.</summary>
    /// <param name="Operator">Which.</param>
    /// <param name="Operands">At least one; of a difference, those behind the first are taken away from it.</param>
    public sealed record Operation(SetOperator Operator, IReadOnlyList<SetExpression> Operands) : SetExpression;
}

/// <summary>The operators, those that bind tighter first, as in C#.</summary>
public enum SetOperator
{
    Difference,
    And,
    Xor,
    Or,
}

/// <summary>An expression and the keys that it names.</summary>
/// <param name="Root">The set.</param>
/// <param name="Keys">Their names, each once.</param>
public sealed record ParsedExpression(SetExpression Root, IReadOnlyList<ReadOnlyMemory<byte>> Keys);
