using System.Globalization;
using System.Text;

namespace Bitmapist.Migration.Aof;

/// <summary>
/// Words of a line as Redis splits them (sds.c, sdssplitargs), each byte a character: separated by blanks; one with
/// special bytes stands in double quotes, with <c>\xHH</c>, <c>\n</c> and the like in it, or in single ones.
/// </summary>
internal static class AofManifestLine
{
    /// <summary>Splits a line; false where a quote is not closed or followed by more than a blank.</summary>
    public static bool TrySplit(string line, out List<string> words)
    {
        words = [];
        for (int at = 0; at < line.Length;)
        {
            if (line[at] is ' ' or '\t' or '\r')
            {
                at++;
                continue;
            }

            if (!TryReadWord(line, ref at, out string word)) return false;
            words.Add(word);
        }

        return true;
    }

    private static bool TryReadWord(string line, ref int at, out string word)
    {
        word = "";
        if (line[at] is not ('"' or '\''))
        {
            int start = at;
            while (at < line.Length && line[at] is not (' ' or '\t' or '\r')) at++;
            word = line[start..at];
            return true;
        }

        char quote = line[at++];
        var text = new StringBuilder();
        for (; at < line.Length && line[at] != quote; at++)
        {
            if (line[at] == '\\' && at + 1 < line.Length) text.Append(ReadEscape(line, quote, ref at));
            else text.Append(line[at]);
        }

        word = text.ToString();
        return at++ < line.Length && (at == line.Length || line[at] is ' ' or '\t' or '\r');
    }

    /// <summary>Reads what a backslash begins; stands on its last character afterwards.</summary>
    private static string ReadEscape(string line, char quote, ref int at)
    {
        char next = line[at + 1];
        if (quote == '\'') // only the quote itself is escaped
        {
            if (next != quote) return "\\";
            at++;
            return "'";
        }

        if (next == 'x' && at + 3 < line.Length && byte.TryParse(
            line.AsSpan(at + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
        {
            at += 3;
            return ((char)value).ToString();
        }

        at++;
        return next switch { 'n' => "\n", 'r' => "\r", 't' => "\t", 'b' => "\b", 'a' => "\a", _ => next.ToString() };
    }
}
