using System.Globalization;
using System.Text;
using Bitmapist.Client.Events;

namespace Bitmapist.Client.Keys;

/// <summary>
/// Names of keys, byte for byte those of the Python libraries. Both generations have the same rules; only the prefix
/// differs. Immutable.
/// </summary>
/// <remarks>
/// Python names a result after its operands and says nowhere where an operand's own operands end, so different
/// expressions share a name: <c>a &amp; (b | c) &amp; d</c> and <c>a &amp; (b | c | d)</c>. Of the expressions that
/// share one, at most one has it here too: that in which inner operations take all they can (see
/// <see cref="ResultName.AreClear"/>). The others have names that say how many operands each operation has, which
/// Python never gives: <c>bitop_AND3_…</c>. So a key never holds another set's ids, whichever client made it.
/// </remarks>
internal sealed class KeyNames(string prefix)
{
    private readonly int _prefixBytes = Encoding.UTF8.GetByteCount(prefix);

    /// <summary>What every key begins with.</summary>
    public string Prefix => prefix;

    /// <summary>What the name of every result of a bit operation begins with.</summary>
    public string TemporaryPrefix { get; } = prefix + "bitop_";

    /// <summary>The key of an event's marks.</summary>
    public string Of(EventShape.Stored stored) => $"{prefix}{stored.Name}_{stored.Suffix}";

    /// <summary>The key that an event set's ids are, or would be, under. O(length of the name).</summary>
    /// <exception cref="ArgumentException">Its name would be too long.</exception>
    public string Of(EventSet set)
    {
        Check(set);
        return NameOf(set).Key;
    }

    /// <summary>Refuses a set whose key would have too long a name. O(1).</summary>
    /// <exception cref="ArgumentException">It would.</exception>
    public void Check(EventSet set) => set.Size.Check(_prefixBytes);

    /// <summary>The name of a set's key, from those of its operands. O(length of the name).</summary>
    /// <param name="shape">What the set is.</param>
    /// <param name="nameOf">Gives an operand's name: for a caller that keeps those of nested operands.</param>
    public ResultName NameOf(EventShape shape, Func<EventSet, ResultName> nameOf)
    {
        if (shape is EventShape.Stored stored)
        {
            string key = Of(stored);
            return new ResultName(key, IsCompound: false, IsMinimal: true, IsClear: !HoldsSeparator(key));
        }

        var computed = (EventShape.Computed)shape;
        // A loop: an expression may be deep, and every level of LINQ would take more of the stack than this one.
        var operands = new ResultName[computed.Operands.Count];
        for (int i = 0; i < operands.Length; i++) operands[i] = nameOf(computed.Operands[i]);
        bool isNot = computed.Operation == BitOperation.Not;
        bool isClear = ResultName.AreClear(operands);
        string name = isClear
            ? $"{TemporaryPrefix}{NameOf(computed.Operation)}_{string.Join('-', operands.Select(one => one.Key))}"
            : ExactNameOf(computed);
        return new ResultName(name,
            IsCompound: !isNot || operands[0].IsCompound,
            IsMinimal: operands.Length <= 2 && Array.TrueForAll(operands, operand => operand.IsMinimal),
            isClear);
    }

    /// <summary>An event's name as the Python libraries read it from a key, or null where it is a result's.</summary>
    /// <remarks>
    /// It is what is between the first underscore and the last. Where the prefix has an underscore before its end
    /// (<c>bitmapist__</c>), the name therefore begins with the rest of the prefix, in C# as in Python.
    /// </remarks>
    public string? EventNameOf(string key)
    {
        if (key.StartsWith(TemporaryPrefix, StringComparison.Ordinal)) return null;
        int first = key.IndexOf('_', StringComparison.Ordinal);
        int last = key.LastIndexOf('_');
        return last > first ? key[(first + 1)..last] : null;
    }

    /// <summary>BITOP's word for an operation, which is also part of the result's name.</summary>
    public static string NameOf(BitOperation operation) => operation switch
    {
        BitOperation.And => "AND",
        BitOperation.Or => "OR",
        BitOperation.Xor => "XOR",
        BitOperation.Not => "NOT",
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "No such operation."),
    };

    private ResultName NameOf(EventSet set) => NameOf(set.Shape, NameOf);

    /// <summary>A name that no other expression has: every operation with the number of its operands.</summary>
    private string ExactNameOf(EventShape.Computed computed)
    {
        var operands = new string[computed.Operands.Count];
        for (int i = 0; i < operands.Length; i++)
        {
            operands[i] = computed.Operands[i].Shape is EventShape.Computed inner
                ? ExactNameOf(inner) : ExactNameOf((EventShape.Stored)computed.Operands[i].Shape);
        }

        return $"{TemporaryPrefix}{NameOf(computed.Operation)}{computed.Operands.Count}_{string.Join('-', operands)}";
    }

    /// <summary>No key ends in a dash; so of several, all but the last belong to the name before.</summary>
    private string ExactNameOf(EventShape.Stored stored) => HoldsSeparator(Of(stored))
        ? Of(stored).Replace("-" + prefix, "--" + prefix, StringComparison.Ordinal) : Of(stored);

    /// <summary>Whether a stored key reads like two, because the event's name is an odd one.</summary>
    private bool HoldsSeparator(string key) =>
        prefix.Length > 0 && key.Contains("-" + prefix, StringComparison.Ordinal);
}

/// <summary>A key's name, and what the name of an operation over that key depends on.</summary>
/// <param name="Key">The name.</param>
/// <param name="IsCompound">Whether it is the result of an operation over several keys, complemented or not.</param>
/// <param name="IsMinimal">Whether no operation in it has more than two operands.</param>
/// <param name="IsClear">Whether the name, in Python's form, means this expression.</param>
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

/// <summary>
/// Tells keys of events from other keys by their shape alone: a name, an underscore, and a period or "u".
/// </summary>
internal static class EventKey
{
    /// <summary>The event's name in a key without its prefix; null where it is no event's key.</summary>
    public static string? NameOf(ReadOnlySpan<char> rest)
    {
        int last = rest.LastIndexOf('_');
        return last > 0 && IsSuffix(rest[(last + 1)..]) ? rest[..last].ToString() : null;
    }

    /// <summary>"u", or year and month, week, day or hour, numbers without leading zeros.</summary>
    private static bool IsSuffix(ReadOnlySpan<char> suffix)
    {
        if (suffix is "u") return true;
        bool isWeek = suffix.StartsWith("W", StringComparison.Ordinal);
        if (isWeek) suffix = suffix[1..];
        Span<int> numbers = stackalloc int[4];
        int count = 0;
        foreach (Range part in suffix.Split('-'))
        {
            if (count == numbers.Length || !IsNumber(suffix[part], out numbers[count])) return false;
            count++;
        }

        if (count < 2 || numbers[0] is < 1 or > 9999) return false;
        if (isWeek) return count == 2 && numbers[1] is >= 1 and <= 53;
        return numbers[1] is >= 1 and <= 12 && (count < 3 || numbers[2] is >= 1 and <= 31)
            && (count < 4 || numbers[3] <= 23);
    }

    private static bool IsNumber(ReadOnlySpan<char> digits, out int number)
    {
        number = 0;
        return digits.Length is >= 1 and <= 4 && (digits.Length == 1 || digits[0] != '0')
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
