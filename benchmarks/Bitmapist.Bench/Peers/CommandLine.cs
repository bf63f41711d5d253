using System.Text;

namespace Bitmapist.Bench.Peers;

/// <summary>Takes a command line apart as a shell does, as far as naming a program and its arguments goes.</summary>
internal static class CommandLine
{
    /// <summary>
    /// Its words. Within single quotes everything stands for itself; a backslash takes the next character's meaning,
    /// within double quotes only that of a quote or a backslash. Nothing is replaced: no variables, no patterns.
    /// </summary>
    /// <exception cref="FormatException">A quote is not closed, or a backslash is last.</exception>
    public static List<string> Split(string line)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        char quote = '\0';
        for (int i = 0; i < line.Length; i++)
        {
            char character = line[i];
            if (character == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && character is '\'' or '"')
            {
                quote = character;
                word ??= new StringBuilder(); // "" is a word
            }
            else if (character == '\\' && (quote == '\0' || (quote == '"' && IsEscaped(line, i + 1))))
            {
                if (++i == line.Length) throw new FormatException("a backslash is last");
                (word ??= new StringBuilder()).Append(line[i]);
            }
            else if (quote == '\0' && char.IsWhiteSpace(character))
            {
                if (word is not null) words.Add(word.ToString());
                word = null;
            }
            else
            {
                (word ??= new StringBuilder()).Append(character);
            }
        }

        if (quote != '\0') throw new FormatException($"a quote is not closed: {quote}");
        if (word is not null) words.Add(word.ToString());
        return words;
    }

    private static bool IsEscaped(string line, int at) => at < line.Length && line[at] is '"' or '\\';
}
