using System.Globalization;
using System.Text;

namespace Bitmapist.Resp.Requests;

/// <summary>
/// Words on a line, as inline requests and redis.conf have them: separated by white space, in quotes where they contain
/// any, see <see cref="InlineSplitter"/>.
/// </summary>
public static class QuotedLine
{
    /// <summary>The words of a line; null when its quotes are unbalanced. O(line).</summary>
    public static byte[][]? Split(ReadOnlySpan<byte> line)
    {
        byte[] unquoted = new byte[line.Length];
        var slices = new Request.Slice[4];
        int count = InlineSplitter.Split(line, unquoted, ref slices);
        if (count < 0) return null;
        byte[][] words = new byte[count][];
        for (int i = 0; i < count; i++) words[i] = unquoted.AsSpan(slices[i].Start, slices[i].Length).ToArray();
        return words;
    }

    /// <summary>A word as a line has it: in double quotes where it would be read differently without.</summary>
    public static string Quote(string word)
    {
        bool isPlain = word.Length > 0 && word[0] != '#' && !word.AsSpan().ContainsAnyExceptInRange('!', '~')
            && !word.AsSpan().ContainsAny('"', '\'');
        if (isPlain) return word;
        var quoted = new StringBuilder("\"");
        foreach (char character in word)
        {
            _ = character switch
            {
                '"' or '\\' => quoted.Append('\\').Append(character),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                < ' ' or '\x7F' => quoted.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}"),
                _ => quoted.Append(character),
            };
        }

        return quoted.Append('"').ToString();
    }
}
