using System.Text;

namespace Bitmapist.Client.Events;

/// <summary>
/// The ids of one set that are in none of some others. Made by <c>-</c> and <see cref="EventSet.Except"/>.
/// </summary>
/// <remarks>
/// Computed as X XOR (X AND Y), which is exact on every server whatever the keys' lengths. X AND NOT Y would not be:
/// NOT complements up to the last byte of Y, so ids of X beyond it would be lost. BITOP DIFF (Redis 8.2,
/// bitmapist-server) does the same in one step, but older servers refuse it and the Python libraries have no name for
/// its result.
/// </remarks>
public sealed record Difference : EventSet
{
    private readonly EventSet[] _others;

    private Difference(EventSet from, EventSet[] others)
    {
        From = from;
        _others = others;
        ExpressionSize left = default;
        foreach (EventSet other in others) left = left.Beside(other.Size);
        if (others.Length > 1) left = left.Inside();
        Size = from.Size.Beside(from.Size.Beside(left).Inside()).Inside().Checked(); // as Shape has it
    }

    /// <summary>The set that ids are taken from.</summary>
    public EventSet From { get; }

    /// <summary>The sets whose ids are left out: one or more.</summary>
    public IReadOnlyList<EventSet> Others => _others;

    /// <inheritdoc/>
    public override EventPeriod? Period => Whole().Period;

    internal override ExpressionSize Size { get; }

    internal override EventShape Shape =>
        new EventShape.Computed(BitOperation.Xor, [From, new Combination(BitOperation.And, [From, Or(_others)])]);

    /// <inheritdoc/>
    public override Difference Shift(int periods) =>
        new(From.Shift(periods), Array.ConvertAll(_others, other => other.Shift(periods)));

    /// <inheritdoc/>
    public override Difference Previous() => Shift(-1);

    /// <inheritdoc/>
    public override Difference Next() => Shift(1);

    /// <inheritdoc/>
    public override bool IsOver(DateTimeOffset now) => Whole().IsOver(now);

    /// <summary>Whether the other leaves equal sets, in the same order, out of an equal set.</summary>
    /// <param name="other">The other set.</param>
    public bool Equals(Difference? other) =>
        other is not null && From == other.From && _others.AsSpan().SequenceEqual(other._others);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(From);
        foreach (EventSet other in _others) hash.Add(other);
        return hash.ToHashCode();
    }

    /// <summary>What <c>a - b - c</c> means: a without the ids of b or c.</summary>
    internal static Difference Of(EventSet left, EventSet right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return left is Difference row ? new(row.From, [.. row._others, right]) : new(left, [right]);
    }

    internal override void AppendTo(StringBuilder text, Precedence surroundings)
    {
        bool isInner = surroundings >= Precedence.Minus;
        if (isInner) text.Append('(');
        From.AppendTo(text, Precedence.Minus);
        foreach (EventSet other in _others)
        {
            text.Append(" - ");
            other.AppendTo(text, Precedence.Minus);
        }

        if (isInner) text.Append(')');
    }

    private Combination Whole() => new(BitOperation.Or, [From, .. _others]);
}
