using System.Globalization;
using System.Text;

namespace Bitmapist.Client.Events;

/// <summary>
/// How large an expression is, known as soon as it is built. What is used several times counts as often, since the name
/// of a result spells all of it: a dozen lines that each use the line before twice are thousands of keys.
/// </summary>
/// <param name="Depth">Operations inside one another.</param>
/// <param name="Names">Keys and operations: each puts the client's prefix into the name.</param>
/// <param name="Bytes">Bytes of the name without prefixes, at most.</param>
internal readonly record struct ExpressionSize(int Depth, long Names, long Bytes)
{
    private const int SuffixBytes = 16; // "_2026-12-31-23" and a dash
    private const int OperationBytes = 24; // "bitop_AND", the number of operands, and two separators

    /// <summary>An event in a period, or a flag.</summary>
    public static ExpressionSize OfKey(string name) => new(0, 1, Encoding.UTF8.GetByteCount(name) + SuffixBytes);

    /// <summary>An operation over other sets.</summary>
    /// <exception cref="ArgumentException">It is too large.</exception>
    public static ExpressionSize OfOperation(params ReadOnlySpan<EventSet> operands)
    {
        ExpressionSize whole = default;
        foreach (EventSet operand in operands) whole = whole.Beside(operand.Size);
        return whole.Inside().Checked();
    }

    /// <summary>An operation over as many equal ones.</summary>
    /// <exception cref="ArgumentException">It is too large.</exception>
    public static ExpressionSize OfOperation(ExpressionSize operand, int count) =>
        new ExpressionSize(operand.Depth, operand.Names * count, operand.Bytes * count).Inside().Checked();

    /// <summary>Two sets next to each other.</summary>
    public ExpressionSize Beside(ExpressionSize other) =>
        new(Math.Max(Depth, other.Depth), Names + other.Names, Bytes + other.Bytes);

    /// <summary>The operation around it.</summary>
    public ExpressionSize Inside() => new(Depth + 1, Names + 1, Bytes + OperationBytes);

    /// <summary>The same, if it is not too large whatever the prefix.</summary>
    /// <exception cref="ArgumentException">It is.</exception>
    public ExpressionSize Checked()
    {
        if (Depth > ClientLimits.ExpressionDepthMax)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"Operations may be nested {ClientLimits.ExpressionDepthMax:N0} deep, not {Depth:N0}: "
                + $"combine many sets in one operation (EventSet.Or and its like) instead of one after another."));
        }

        Check(prefixBytes: 0);
        return this;
    }

    /// <summary>Refuses what would have too long a name.</summary>
    /// <param name="prefixBytes">Bytes of what every key begins with.</param>
    /// <exception cref="ArgumentException">It would.</exception>
    public void Check(int prefixBytes)
    {
        long bytes = Bytes + (Names * prefixBytes);
        if (bytes <= ClientLimits.ResultNameBytesMax) return;
        throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
            $"The result's key would have a name of {bytes:N0} bytes, which spells all {Names:N0} keys and operations "
            + $"of the expression, each as often as it is used; {ClientLimits.ResultNameBytesMax:N0} are allowed. Ask "
            + $"about a smaller expression, or mark a part of it under a name of its own."));
    }
}
