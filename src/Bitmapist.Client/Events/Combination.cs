using System.Text;

namespace Bitmapist.Client.Events;

/// <summary>AND, OR or XOR of two or more event sets. Made by the operators, and by <see cref="EventSet.And"/> and
/// its like.</summary>
public sealed record Combination : EventSet
{
    private readonly EventSet[] _operands;

    internal Combination(BitOperation operation, EventSet[] operands)
    {
        Operation = operation;
        _operands = operands;
        Size = ExpressionSize.OfOperation(operands);
    }

    /// <summary>And, Or or Xor.</summary>
    public BitOperation Operation { get; }

    /// <summary>The sets combined: two or more, in the order of their keys.</summary>
    public IReadOnlyList<EventSet> Operands => _operands;

    /// <inheritdoc/>
    public override EventPeriod? Period
    {
        get
        {
            EventPeriod? whole = null;
            foreach (EventSet operand in _operands)
                if (operand.Period is { } part) whole = whole?.Through(part) ?? part;
            return whole;
        }
    }

    internal override ExpressionSize Size { get; }

    internal override EventShape Shape => new EventShape.Computed(Operation, _operands);

    private Precedence OwnPrecedence => Operation switch
    {
        BitOperation.And => Precedence.And,
        BitOperation.Xor => Precedence.Xor,
        _ => Precedence.Or,
    };

    /// <inheritdoc/>
    public override Combination Shift(int periods) =>
        new(Operation, Array.ConvertAll(_operands, operand => operand.Shift(periods)));

    /// <inheritdoc/>
    public override Combination Previous() => Shift(-1);

    /// <inheritdoc/>
    public override Combination Next() => Shift(1);

    /// <inheritdoc/>
    public override bool IsOver(DateTimeOffset now) => Array.TrueForAll(_operands, operand => operand.IsOver(now));

    /// <summary>Whether the other combines equal operands in the same order by the same operation.</summary>
    /// <param name="other">The other set.</param>
    public bool Equals(Combination? other) =>
        other is not null && Operation == other.Operation && _operands.AsSpan().SequenceEqual(other._operands);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Operation);
        foreach (EventSet operand in _operands) hash.Add(operand);
        return hash.ToHashCode();
    }

    /// <summary>One operation over the operands of both sides where those are of the same kind.</summary>
    internal static Combination Of(BitOperation operation, EventSet left, EventSet right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new Combination(operation, [.. Flat(operation, left), .. Flat(operation, right)]);
    }

    internal override void AppendTo(StringBuilder text, Precedence surroundings)
    {
        bool isInner = surroundings >= OwnPrecedence;
        if (isInner) text.Append('(');
        for (int i = 0; i < _operands.Length; i++)
        {
            if (i > 0) text.Append(Operation switch
            {
                BitOperation.And => " & ",
                BitOperation.Or => " | ",
                _ => " ^ ",
            });
            _operands[i].AppendTo(text, OwnPrecedence);
        }

        if (isInner) text.Append(')');
    }

    private static EventSet[] Flat(BitOperation operation, EventSet side) =>
        side is Combination same && same.Operation == operation ? same._operands : [side];
}
