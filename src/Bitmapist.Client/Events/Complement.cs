using System.Text;

namespace Bitmapist.Client.Events;

/// <summary>
/// BITOP NOT of an event set: every id up to the last byte of its key that is not in it. A key that was never marked
/// has no bytes, so its complement is empty. Made by <c>~</c>.
/// </summary>
public sealed record Complement : EventSet
{
    internal Complement(EventSet operand)
    {
        ArgumentNullException.ThrowIfNull(operand);
        Operand = operand;
        Size = ExpressionSize.OfOperation(operand);
    }

    /// <summary>The set complemented.</summary>
    public EventSet Operand { get; }

    /// <inheritdoc/>
    public override EventPeriod? Period => Operand.Period;

    internal override ExpressionSize Size { get; }

    internal override EventShape Shape => new EventShape.Computed(BitOperation.Not, [Operand]);

    /// <inheritdoc/>
    public override Complement Shift(int periods) => new(Operand.Shift(periods));

    /// <inheritdoc/>
    public override Complement Previous() => Shift(-1);

    /// <inheritdoc/>
    public override Complement Next() => Shift(1);

    /// <inheritdoc/>
    public override bool IsOver(DateTimeOffset now) => Operand.IsOver(now);

    internal override void AppendTo(StringBuilder text, Precedence surroundings)
    {
        text.Append('~');
        Operand.AppendTo(text, Precedence.Unary);
    }
}
