using System.Globalization;
using System.Text;

namespace Bitmapist.Client.Events;

/// <summary>
/// A set of ids, said rather than fetched: an event in a period, or an expression over such. Immutable and comparable;
/// knows nothing of a connection, so building, shifting and printing one sends nothing. A client answers questions
/// about it.
/// </summary>
/// <remarks>
/// Operators of one kind in a row become one operation over all their operands (<c>a &amp; b &amp; c</c>), which the
/// server computes in one BITOP. <see cref="And"/>, <see cref="Or"/> and <see cref="Xor"/> keep the nesting they are
/// given, for key names equal to those of nested <c>BitOpAnd(…)</c> calls in Python. An expression that is nested too
/// deep (1,200 levels), or whose result's name would be too long (1 MiB), is refused when it is built, with an
/// <see cref="ArgumentException"/>. Safe for use by several threads.
/// </remarks>
public abstract record EventSet
{
    private protected EventSet()
    {
    }

    /// <summary>
    /// The time looked at, from the earliest start to the latest end; null where no operand has a date.
    /// </summary>
    public abstract EventPeriod? Period { get; }

    internal abstract EventShape Shape { get; }

    /// <summary>How large the expression is. O(1), or O(name).</summary>
    internal abstract ExpressionSize Size { get; }

    /// <summary>The ids in every operand, in one operation.</summary>
    /// <param name="operands">At least one; of one operand the result is that operand.</param>
    /// <exception cref="ArgumentException">No operand, or too large an expression.</exception>
    public static EventSet And(params ReadOnlySpan<EventSet> operands) => Combine(BitOperation.And, operands);

    /// <summary>The ids in some operand, in one operation.</summary>
    /// <param name="operands">At least one; of one operand the result is that operand.</param>
    /// <exception cref="ArgumentException">No operand.</exception>
    public static EventSet Or(params ReadOnlySpan<EventSet> operands) => Combine(BitOperation.Or, operands);

    /// <summary>The ids in an odd number of operands, in one operation.</summary>
    /// <param name="operands">At least one; of one operand the result is that operand.</param>
    /// <exception cref="ArgumentException">No operand.</exception>
    public static EventSet Xor(params ReadOnlySpan<EventSet> operands) => Combine(BitOperation.Xor, operands);

    /// <summary>The ids in both. O(number of operands).</summary>
    public static EventSet operator &(EventSet left, EventSet right) => Combination.Of(BitOperation.And, left, right);

    /// <summary>The ids in either. O(number of operands).</summary>
    public static EventSet operator |(EventSet left, EventSet right) => Combination.Of(BitOperation.Or, left, right);

    /// <summary>The ids in one of the two, not in both. O(number of operands).</summary>
    public static EventSet operator ^(EventSet left, EventSet right) => Combination.Of(BitOperation.Xor, left, right);

    /// <summary>
    /// What BITOP NOT gives: the ids that are not in the set, <em>up to the last byte of its key</em>; never "all users
    /// who did not". For that, take a difference from the set of all users: <c>users - active</c>.
    /// </summary>
    public static EventSet operator ~(EventSet operand) => new Complement(operand);

    /// <summary>The ids in the left set that are not in the right one; the same as <see cref="Except"/>.</summary>
    public static EventSet operator -(EventSet left, EventSet right) => Difference.Of(left, right);

    /// <summary>
    /// The ids in this set that are not in the other: "everyone in U who did not". Exact whatever the lengths of the
    /// keys. O(number of operands).
    /// </summary>
    /// <param name="other">What to leave out.</param>
    public EventSet Except(EventSet other) => this - other;

    /// <summary>
    /// The same set some periods later; every part moves by its own unit, and what has no date stays. O(number of
    /// parts).
    /// </summary>
    /// <param name="periods">Periods to move by; negative for earlier.</param>
    /// <exception cref="ArgumentOutOfRangeException">The result would leave the years 1 … 9998.</exception>
    public abstract EventSet Shift(int periods);

    /// <summary>The same set one period earlier.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The result would leave the years 1 … 9998.</exception>
    public virtual EventSet Previous() => Shift(-1);

    /// <summary>The same set one period later.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The result would leave the years 1 … 9998.</exception>
    public virtual EventSet Next() => Shift(1);

    /// <summary>
    /// Whether every period looked at has passed, so that no further marks are to be expected. False where a part has
    /// no date.
    /// </summary>
    /// <param name="now">The moment to compare with, of any offset.</param>
    public abstract bool IsOver(DateTimeOffset now);

    /// <summary>
    /// Whether every period looked at has passed, so that no further marks are to be expected. False where a part has
    /// no date.
    /// </summary>
    /// <param name="now">The moment: of UTC, unless its kind is <see cref="DateTimeKind.Local"/>.</param>
    public bool IsOver(DateTime now) => IsOver(EventPeriod.Utc(now));

    /// <summary>
    /// The set as one writes it: <c>MonthEvents("active", 2026, 1) &amp; UniqueEvents("premium")</c>.
    /// </summary>
    public sealed override string ToString()
    {
        var text = new StringBuilder();
        AppendTo(text, Precedence.Loosest);
        return text.ToString();
    }

    /// <summary>Appends the printed form, in parentheses where the surroundings bind more tightly.</summary>
    internal abstract void AppendTo(StringBuilder text, Precedence surroundings);

    /// <summary>Appends a call: the type's name, then quoted text and numbers.</summary>
    private protected static void AppendCall(
        StringBuilder text, string type, string name, params ReadOnlySpan<int> rest)
    {
        text.Append(type).Append("(\"").Append(name).Append('"');
        foreach (int number in rest) text.Append(CultureInfo.InvariantCulture, $", {number}");
        text.Append(')');
    }

    private static EventSet Combine(BitOperation operation, ReadOnlySpan<EventSet> operands)
    {
        if (operands.IsEmpty) throw new ArgumentException("At least one operand is needed.", nameof(operands));
        foreach (EventSet operand in operands) ArgumentNullException.ThrowIfNull(operand, nameof(operands));
        return operands.Length == 1 ? operands[0] : new Combination(operation, operands.ToArray());
    }
}

/// <summary>What an event set is to a server: a stored key, or an operation over other sets.</summary>
internal abstract record EventShape
{
    private EventShape()
    {
    }

    /// <summary>A key that marks are stored under: prefix, name, underscore, suffix.</summary>
    internal sealed record Stored(string Name, string Suffix) : EventShape;

    /// <summary>The result of an operation; of one operand only for <see cref="BitOperation.Not"/>.</summary>
    internal sealed record Computed(BitOperation Operation, IReadOnlyList<EventSet> Operands) : EventShape;
}

/// <summary>The set operations that BITOP has on every server.</summary>
public enum BitOperation
{
    /// <summary>Ids in every operand.</summary>
    And,

    /// <summary>Ids in some operand.</summary>
    Or,

    /// <summary>Ids in an odd number of operands.</summary>
    Xor,

    /// <summary>Ids not in the operand, up to the last id its key has room for.</summary>
    Not,
}

/// <summary>How tightly C#'s operators bind, loosest first: what decides about parentheses in print.</summary>
internal enum Precedence
{
    Loosest,
    Or,
    Xor,
    And,
    Minus,
    Unary,
}
