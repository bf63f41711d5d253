namespace Bitmapist.Client.Keys;

/// <summary>A key's name, and what the name of an operation over that key depends on.</summary>
/// <param name="Key">The name.</param>
/// <param name="IsCompound">Whether it is the result of an operation over several keys, complemented or not.</param>
/// <param name="IsMinimal">Whether no operation in it has more than two operands.</param>
/// <param name="IsClear">Whether the name, in Python's form, stands for this expression.</param>
internal readonly record struct ResultName(string Key, bool IsCompound, bool IsMinimal, bool IsClear)
{
    /// <summary>
    /// Whether the operands' names in a row can be told apart: each compound operand is the last one, or the first of
    /// two of which the second is minimal.
    /// </summary>
    /// <remarks>
    /// Two such expressions never share a name. Read both from the left to where they part: in one an inner operation
    /// ends before an operand that in the other belongs to it. In the first, that operand is the second of two, and
    /// minimal; so the other takes it whole, and the outer operation, being short of an operand, must take one that in
    /// the first belongs still further out. That one again is the second of two and minimal, and so on to the
    /// outermost operation, for which nothing is left.
    /// </remarks>
    public static bool AreClear(ReadOnlySpan<ResultName> operands)
    {
        for (int i = 0; i < operands.Length; i++)
        {
            if (!operands[i].IsClear) return false;
            bool isLast = i == operands.Length - 1;
            if (operands[i].IsCompound && !isLast && !(operands.Length == 2 && operands[1].IsMinimal)) return false;
        }

        return true;
    }
}
