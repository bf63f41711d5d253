using System.Buffers;

namespace Bitmapist.Server.Access;

/// <summary>Rules as words that spaces divide.</summary>
internal static class RuleWords
{
    private static readonly SearchValues<char> s_spaces = SearchValues.Create("\0 \t\n\v\f\r");

    /// <summary>
    /// Whether a name or a pattern could not be written to a file, where spaces divide rules and a zero ends them.
    /// </summary>
    public static bool HaveSpace(string text) => text.AsSpan().ContainsAny(s_spaces);

    /// <summary>
    /// Puts selectors together again: the words from one that begins with a parenthesis to the one that ends with the
    /// other.
    /// </summary>
    /// <param name="words">Rules, divided at spaces.</param>
    /// <param name="unmatched">The beginning of a selector that does not end; else null.</param>
    public static List<string> Join(IEnumerable<string> words, out string? unmatched)
    {
        var rules = new List<string>();
        string? open = null;
        unmatched = null;
        foreach (string word in words)
        {
            open = open is null ? word : $"{open} {word}";
            if (open.StartsWith('(') && !word.EndsWith(')'))
            {
                unmatched ??= word;
                continue;
            }

            rules.Add(open);
            open = unmatched = null;
        }

        return rules;
    }
}
