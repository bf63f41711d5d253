using System.Globalization;
using System.Text;

namespace Bitmapist.Client.Keys;

/// <summary>
/// Whose keys are under a prefix: this client's, or those of another client, whose prefix is longer and begins with
/// this one. Immutable.
/// </summary>
/// <remarks>
/// Names alone do not tell: the event <c>1_x</c> under <c>t1_</c> has the keys of <c>x</c> under <c>t1_1_</c>. So what
/// is declared decides. Where nothing is, another prefix is suspected when one of these is found under it:
/// <list type="bullet">
/// <item>a result of a bit operation, over keys under the same longer prefix. This proves it, since a client's own
/// results begin with its own prefix and <c>bitop_</c>;</item>
/// <item>names that begin with a number, or another id that programs give to tenants;</item>
/// <item>an event whose name is also this client's, behind some first words: <c>staging_login</c> beside
/// <c>login</c>, as the same program in another place has it. <c>first_login</c> is how one client names its events,
/// too: but asking costs one option, and being wrong another client's data.</item>
/// </list>
/// Other names with underscores, such as <c>signup_step_1</c>, are taken for the client's own. So a prefix of words
/// that shares no event is not found, and must be declared.
/// </remarks>
/// <param name="prefix">What this client's keys begin with.</param>
/// <param name="foreign">Declared prefixes of others; those that do not begin with this one do not matter.</param>
/// <param name="ownsPrefix">Whether what is not declared is this client's.</param>
internal sealed class KeyOwnership(string prefix, IReadOnlyList<string> foreign, bool ownsPrefix)
{
    private const string ResultMark = "bitop_";
    private const int ShownKeys = 5;
    private const int ShownPrefixes = 3;
    private const int IdLettersMin = 6; // with a digit among them: in base 16, 32, 36 or 62, as ULIDs and UUIDs are

    private readonly string[] _foreign = [.. foreign.Where(other =>
        other.Length > prefix.Length && other.StartsWith(prefix, StringComparison.Ordinal))];

    /// <summary>Whether a key is under a prefix that was declared to be another client's.</summary>
    public bool IsForeign(string key) =>
        Array.Exists(_foreign, other => key.StartsWith(other, StringComparison.Ordinal));

    /// <summary>
    /// The longer prefix under which a key is a result, over keys of the same prefix; null where it is nothing of the
    /// kind. O(key).
    /// </summary>
    public string? ProvenPrefixOf(string key)
    {
        for (int at = key.IndexOf(ResultMark, prefix.Length, StringComparison.Ordinal); at >= 0;
            at = key.IndexOf(ResultMark, at + 1, StringComparison.Ordinal))
        {
            if (at == prefix.Length) return null; // this client's own
            ReadOnlySpan<char> operation = key.AsSpan(at + ResultMark.Length);
            int end = operation.IndexOf('_');
            if (end > 0 && IsOperation(operation[..end])
                && operation[(end + 1)..].StartsWith(key.AsSpan(0, at), StringComparison.Ordinal)) return key[..at];
        }

        return null;
    }

    /// <summary>Refuses to take all of some keys for this client's, when others are suspected among them.</summary>
    /// <param name="keys">Keys under the prefix, none of them declared to be another's.</param>
    /// <exception cref="InvalidOperationException">They are. The message names keys, and what to do.</exception>
    public void ThrowIfDoubtful(IReadOnlyCollection<string> keys)
    {
        if (ownsPrefix) return;
        string[] suspected = SuspectedIn(keys);
        if (suspected.Length == 0) return;
        string[] doubtful = [.. keys.Where(key => Array.Exists(
            suspected, other => key.StartsWith(other, StringComparison.Ordinal))).Order(StringComparer.Ordinal)];
        string first = suspected[0];
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"Nothing was deleted: under the prefix \"{prefix}\" there may be keys of another client, whose prefix is "
            + $"{Shown(suspected.Select(other => $"\"{other}\""), suspected.Length, ShownPrefixes, " or ")}: "
            + $"{Shown(doubtful, doubtful.Length, ShownKeys, ", ")}. If they are another's, declare its prefix "
            + $"({nameof(BitmapistOptions)}.{nameof(BitmapistOptions.ForeignPrefixes)}, or "
            + $"foreign={Uri.EscapeDataString(first)} in the connection string): its keys are left alone then. If "
            + $"everything under \"{prefix}\" is this client's, say so "
            + $"({nameof(BitmapistOptions)}.{nameof(BitmapistOptions.OwnsPrefix)}, or ownsPrefix=true)."));
    }

    /// <summary>The prefixes of others that some keys under this one speak for, sorted; the longer ones of any two that
    /// are nested are left out. O(keys).</summary>
    internal string[] SuspectedIn(IEnumerable<string> keys)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var suspected = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string key in keys)
        {
            if (ProvenPrefixOf(key) is { } proven) suspected.Add(proven);
            else if (IsOwnResult(key)) continue;
            else if (EventKey.NameOf(key.AsSpan(prefix.Length)) is { } name) names.Add(name);
        }

        foreach (string name in names)
        {
            for (int end = name.IndexOf('_', StringComparison.Ordinal); end >= 0; end = name.IndexOf('_', end + 1))
            {
                bool isFirst = !name.AsSpan(0, end).Contains('_');
                bool isId = isFirst && IsId(name.AsSpan(0, end));
                if (isId || names.Contains(name[(end + 1)..])) suspected.Add($"{prefix}{name.AsSpan(0, end + 1)}");
            }
        }

        return [.. suspected.Where(one => !suspected.Any(other =>
            other.Length < one.Length && one.StartsWith(other, StringComparison.Ordinal)))];
    }

    private bool IsOwnResult(string key) =>
        key.AsSpan(prefix.Length).StartsWith(ResultMark, StringComparison.Ordinal);

    /// <summary>AND, OR, XOR or NOT, perhaps with the number of operands.</summary>
    private static bool IsOperation(ReadOnlySpan<char> word) =>
        word.TrimEnd("0123456789") is "AND" or "OR" or "XOR" or "NOT";

    /// <summary>A number, or some letters with a digit among them, as a UUID, ULID or nanoid has, with or without
    /// dashes.</summary>
    private static bool IsId(ReadOnlySpan<char> text)
    {
        bool isNumber = !text.IsEmpty, isLong = text.Length >= IdLettersMin, hasDigit = false;
        foreach (char sign in text)
        {
            hasDigit |= char.IsAsciiDigit(sign);
            isNumber &= char.IsAsciiDigit(sign);
            isLong &= char.IsAsciiLetterOrDigit(sign) || sign == '-';
        }

        return isNumber || (isLong && hasDigit);
    }

    private static string Shown(IEnumerable<string> texts, int count, int max, string separator)
    {
        const int Characters = ClientLimits.ShownCharactersMax;
        var text = new StringBuilder();
        text.AppendJoin(separator, texts.Take(max).Select(each =>
            each.Length <= Characters ? each : $"{each.AsSpan(0, Characters)}…"));
        if (count > max) text.Append(CultureInfo.InvariantCulture, $" and {count - max:N0} more");
        return text.ToString();
    }
}
