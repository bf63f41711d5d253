using System.Globalization;
using System.Text;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;

namespace Bitmapist.Migration.Aof;

/// <summary>
/// The manifest of append-only files in several parts (Redis 7.0, aof.c): a line for each file,
/// <c>file NAME seq NUMBER type b|i|h</c>, in the order in which they are replayed. <c>b</c> is the base, of which
/// there is one at most; <c>i</c> an increment, numbered upwards; <c>h</c> a former file that is to be deleted.
/// </summary>
internal sealed class AofManifest
{
    private readonly List<string> _former = [];
    private readonly List<string> _increments = [];

    private AofManifest(string path) => Path = path;

    public string Path { get; }

    /// <summary>The base's name, or null.</summary>
    public string? Base { get; private set; }

    /// <summary>The names of what is replayed, the base first.</summary>
    public IEnumerable<string> Files => Base is null ? _increments : [Base, .. _increments];

    /// <summary>Whether a file that begins so is a manifest.</summary>
    public static bool IsBegunBy(ReadOnlySpan<byte> start)
    {
        while (!start.IsEmpty && start[0] == '#')
        {
            int end = start.IndexOf((byte)'\n');
            if (end < 0) return false;
            start = start[(end + 1)..];
        }

        return start.StartsWith("file "u8);
    }

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="CorruptFileException">It makes no sense.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static AofManifest Read(IFileSystem files, string path)
    {
        using IFile file = Reading.Open(files, path);
        if (file.Length > MigrationLimits.AofManifestBytes)
            throw Refuse(path, 0, $"{file.Length} bytes are too many for a manifest of append-only files");
        byte[] bytes = new byte[file.Length];
        bytes = bytes[..file.Read(0, bytes)];
        return Parse(path, bytes);
    }

    /// <summary>Whether it names a file, be it of the past.</summary>
    public bool Names(string name) => Files.Contains(name) || _former.Contains(name);

    private static AofManifest Parse(string path, ReadOnlySpan<byte> bytes)
    {
        var manifest = new AofManifest(path);
        long lastIncrement = 0;
        for (int start = 0; start < bytes.Length;)
        {
            int length = bytes[start..].IndexOf((byte)'\n');
            if (length < 0) throw Refuse(path, start, "the last line has no end: the file is cut short");
            manifest.Add(Encoding.Latin1.GetString(bytes.Slice(start, length)).Trim(), start, ref lastIncrement);
            start += length + 1;
        }

        return manifest.Files.Any() ? manifest : throw Refuse(path, 0, "it names no file to replay");
    }

    private void Add(string line, int offset, ref long lastIncrement)
    {
        if (line.StartsWith('#')) return;
        string? name = null, type = null;
        long sequence = 0;
        if (!AofManifestLine.TrySplit(line, out List<string> words) || words.Count == 0 || words.Count % 2 != 0)
            throw Refuse(Path, offset, "a line is no list of names and values");
        for (int i = 0; i < words.Count; i += 2)
        {
            // Later versions say more about a file (offsets of replication) that matters to nobody here.
            if (words[i] == "file") name = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(words[i + 1]));
            else if (words[i] == "type") type = words[i + 1];
            else if (words[i] == "seq" && !TryReadSequence(words[i + 1], out sequence)) sequence = 0;
        }

        if (string.IsNullOrEmpty(name) || sequence == 0)
            throw Refuse(Path, offset, "a line lacks a file or its number");
        if (name.Contains('/')) throw Refuse(Path, offset, $"{name} is a path instead of the name of a file");
        switch (type)
        {
            case "b" when Base is not null:
                throw Refuse(Path, offset, $"{name} is a second base, beside {Base}");
            case "b":
                Base = name;
                break;
            case "i" when sequence <= lastIncrement:
                throw Refuse(Path, offset, $"{name} has number {sequence} and follows number {lastIncrement}");
            case "i":
                lastIncrement = sequence;
                _increments.Add(name);
                break;
            case "h":
                _former.Add(name);
                break;
            default:
                throw Refuse(Path, offset, $"{name} is of the unknown type {type}");
        }
    }

    private static bool TryReadSequence(string text, out long sequence) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out sequence);

    private static CorruptFileException Refuse(string path, long offset, string reason) =>
        new(FileDefect.Damaged, path, offset, reason);
}

/// <summary>
/// Words of a line as Redis splits them (sds.c, sdssplitargs), each byte a character: separated by blanks; one with
/// special bytes is in double quotes, with <c>\xHH</c>, <c>\n</c> and the like in it, or in single ones.
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

    /// <summary>Reads what a backslash begins; is at its last character afterwards.</summary>
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
