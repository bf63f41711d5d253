using System.Globalization;
using System.Text;
using Bitmapist.Engine.Rdb;
using Bitmapist.Engine;
using Bitmapist.Migration.Rdb;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;

namespace Bitmapist.Migration.Aof;

/// <summary>
/// A command of an append-only file: where it and its arguments lie. Arguments are read when they are asked for, which
/// moves the input; index 0 is the command's name. One thread.
/// </summary>
internal sealed class AofCommand(SourceInput input)
{
    private const int NameBytesMax = 32; // longer than any command of Redis or of its modules
    private const int OptionBytesMax = 64; // an option, or a number in any of its forms
    private readonly List<(long Offset, long Bytes)> _arguments = [];
    private readonly BitsSink _bits = new();
    private long _start;

    /// <summary>Its name in upper case; as much of it as a message shows where it is longer than any.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Arguments, its name among them.</summary>
    public int Count => _arguments.Count;

    /// <summary>Offset behind it.</summary>
    public long End { get; private set; }

    /// <summary>Bytes of the file that it takes.</summary>
    public long TotalBytes => End - _start;

    /// <summary>Begins a new command at an offset.</summary>
    public void Begin(long start)
    {
        _start = start;
        _arguments.Clear();
    }

    /// <summary>Adds an argument.</summary>
    public void Add(long offset, long bytes) => _arguments.Add((offset, bytes));

    /// <summary>The command ends before an offset: reads its name, and goes back there.</summary>
    public void Complete(long end)
    {
        End = end;
        Span<byte> name = stackalloc byte[(int)Math.Min(Length(0), NameBytesMax)];
        input.Seek(_arguments[0].Offset);
        input.Read(name);
        Name = Encoding.Latin1.GetString(name).ToUpperInvariant();
        input.Seek(end);
    }

    /// <summary>Bytes of an argument.</summary>
    public long Length(int index) => _arguments[index].Bytes;

    /// <summary>A refusal that names the file, the command and its offset.</summary>
    public CorruptFileException Refuse(string reason) =>
        input.CorruptAt(_start, $"command {Reading.Shown(Encoding.Latin1.GetBytes(Name))} {reason}");

    /// <summary>Refuses when there are fewer arguments, the name counted.</summary>
    public void Require(int count)
    {
        if (Count < count) throw Refuse($"has {Count - 1} arguments where it takes at least {count - 1}");
    }

    /// <summary>The name of a key.</summary>
    public byte[] Key(int index)
    {
        if (Length(index) > EngineLimits.KeyBytes)
            throw Refuse($"names a key of {Length(index)} bytes, more than a database of this server takes");
        return Bytes(index);
    }

    /// <summary>Whether an argument is this word, in any case.</summary>
    public bool Is(int index, string word) =>
        Length(index) == word.Length && Text(index).Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>A short argument as text, each byte a character.</summary>
    public string Text(int index)
    {
        if (Length(index) > OptionBytesMax) throw Refuse($"has an option of {Length(index)} bytes");
        return Encoding.Latin1.GetString(Bytes(index));
    }

    /// <summary>An argument that is a number.</summary>
    public long Integer(int index) => TryParse(Text(index), out long number)
        ? number
        : throw Refuse($"has {Reading.Shown(Bytes(index))} where a number of 64 bits must be");

    /// <summary>An argument that is a string's bytes, as its bits. O(bytes), in memory of its bits.</summary>
    public Engine.Bits.StringValue Value(int index)
    {
        RequireString(Length(index));
        CopyTo(index, _bits);
        return _bits.ToValue();
    }

    /// <summary>Refuses a string longer than this server's.</summary>
    public void RequireString(long bytes)
    {
        if (bytes > EngineLimits.StringBytes) throw Refuse($"makes a string of {bytes} bytes, more than 512 MB");
    }

    /// <summary>Hands an argument's bytes to a sink.</summary>
    public void CopyTo(int index, IByteSink sink)
    {
        (long offset, long bytes) = _arguments[index];
        input.Seek(offset);
        input.CopyTo(sink, bytes);
    }

    /// <summary>A reader of an argument's bytes.</summary>
    public SourceInput Input(int index) =>
        input.Part(_arguments[index].Offset, _arguments[index].Offset + Length(index));

    /// <summary>
    /// A number as any version of Redis takes one: 7.0 refuses a plus and leading zeros, 4.0 did not, and what was
    /// refused is not logged.
    /// </summary>
    public static bool TryParse(string text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    private byte[] Bytes(int index)
    {
        byte[] bytes = new byte[Length(index)];
        input.Seek(_arguments[index].Offset);
        input.Read(bytes);
        return bytes;
    }
}
