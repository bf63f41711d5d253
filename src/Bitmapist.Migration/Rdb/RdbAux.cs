using Bitmapist.Storage.Files;

namespace Bitmapist.Migration.Rdb;

/// <summary>What an RDB file says of itself right behind its magic that matters to what it is.</summary>
/// <param name="IsAppendOnlyBase">
/// <c>aof-base=1</c> (7.0): the base of append-only files in several parts; the newest writes are in another file.
/// </param>
/// <param name="IsAppendOnlyPreamble">
/// <c>aof-preamble=1</c> (4.0 to 6.2): the beginning of an append-only file; commands may follow in the same file.
/// </param>
internal readonly record struct RdbAux(bool IsAppendOnlyBase, bool IsAppendOnlyPreamble)
{
    /// <summary>Reads the auxiliary texts up to the first thing that is none.</summary>
    /// <exception cref="CorruptFileException">One of them is malformed.</exception>
    public static RdbAux Read(IFile file)
    {
        var input = new SourceInput(file);
        var strings = new RdbStringReader(input);
        var text = new ByteList(Limits.RdbTextBytes);
        var aux = default(RdbAux);
        input.Skip(RdbHeader.Bytes);
        while ((RdbOpcode)input.ReadByte() == RdbOpcode.Aux)
        {
            string name = Read();
            bool isOne = Read() == "1";
            if (name == "aof-base") aux = aux with { IsAppendOnlyBase = isOne };
            if (name == "aof-preamble") aux = aux with { IsAppendOnlyPreamble = isOne };
        }

        return aux;

        string Read()
        {
            text.Clear();
            strings.Read(RdbString.ReadHead(input), text);
            return text.IsWhole ? System.Text.Encoding.Latin1.GetString(text.Span) : "";
        }
    }
}
