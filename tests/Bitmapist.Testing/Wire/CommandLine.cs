using System.Globalization;
using System.Text;

namespace Bitmapist.Testing.Wire;

/// <summary>
/// A command as one types it into redis-cli: words, 'single quoted' words where only \' is an escape, and "double
/// quoted" words with \n \r \t \b \a \" \\ and \xHH. Characters above 127 are sent as UTF-8.
/// </summary>
public static class CommandLine
{
    /// <summary>Splits a line into its arguments.</summary>
    /// <exception cref="FormatException">A quote is not closed, or something follows it at once.</exception>
    public static List<byte[]> Parse(string line)
    {
        List<byte[]> args = [];
        int at = 0;
        while (true)
        {
            while (at < line.Length && line[at] == ' ') at++;
            if (at == line.Length) return args;
            args.Add(line[at] is '"' or '\'' ? Quoted(line, ref at) : Word(line, ref at));
        }
    }

    /// <summary>The line's arguments as a RESP array of bulk strings, as every client sends a command.</summary>
    public static byte[] Encode(string line) => Encode(Parse(line));

    /// <summary>Arguments as a RESP array of bulk strings.</summary>
    public static byte[] Encode(IReadOnlyList<byte[]> args)
    {
        using MemoryStream frame = new();
        frame.Write(Encoding.ASCII.GetBytes($"*{args.Count}\r\n"));
        foreach (byte[] arg in args)
        {
            frame.Write(Encoding.ASCII.GetBytes($"${arg.Length}\r\n"));
            frame.Write(arg);
            frame.Write("\r\n"u8);
        }
        return frame.ToArray();
    }

    private static byte[] Word(string line, ref int at)
    {
        int start = at;
        while (at < line.Length && line[at] != ' ') at++;
        return Encoding.UTF8.GetBytes(line[start..at]);
    }

    private static byte[] Quoted(string line, ref int at)
    {
        List<byte> arg = [];
        char quote = line[at++];
        while (at < line.Length && line[at] != quote) AddCharacter(line, ref at, quote, arg);
        if (at == line.Length) throw new FormatException($"A quote is not closed: {line}");
        at++;
        if (at < line.Length && line[at] != ' ') throw new FormatException($"A space must follow a quote: {line}");
        return [.. arg];
    }

    private static void AddCharacter(string line, ref int at, char quote, List<byte> arg)
    {
        if (line[at] != '\\' || at + 1 == line.Length || (quote == '\'' && line[at + 1] != '\''))
        {
            arg.AddRange(Encoding.UTF8.GetBytes([line[at++]]));
            return;
        }
        char escaped = line[at + 1];
        if (escaped == 'x' && at + 3 < line.Length)
        {
            arg.Add(byte.Parse(line.AsSpan(at + 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            at += 4;
            return;
        }
        at += 2;
        arg.Add((byte)(escaped switch
        {
            'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'a' => '\a', _ => escaped,
        }));
    }
}
