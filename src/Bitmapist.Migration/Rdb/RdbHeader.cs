using System.Globalization;
using Bitmapist.Engine.Rdb;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;

namespace Bitmapist.Migration.Rdb;

/// <summary>
/// What an RDB file begins with: <c>REDIS</c> and four digits of a version, or, from Valkey 9 on (version 80),
/// <c>VALKEY</c> and three. The two share opcodes and the types of values up to 21; above, a number means what the
/// magic says.
/// </summary>
/// <param name="IsValkey">The magic is VALKEY.</param>
/// <param name="Version">The format's version.</param>
internal readonly record struct RdbHeader(bool IsValkey, int Version)
{
    /// <summary>Bytes of either magic with its version.</summary>
    public const int Bytes = 9;

    /// <summary>Reads it from a file's first bytes; false where they begin no RDB file.</summary>
    public static bool TryRead(ReadOnlySpan<byte> start, out RdbHeader header)
    {
        header = default;
        if (start.Length < Bytes) return false;
        bool isValkey = start.StartsWith("VALKEY"u8);
        if (!isValkey && !start.StartsWith("REDIS"u8)) return false;
        ReadOnlySpan<byte> digits = start[(isValkey ? "VALKEY"u8 : "REDIS"u8).Length..Bytes];
        if (digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0) return false;
        header = new RdbHeader(isValkey, int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture));
        return true;
    }

    /// <summary>As messages name it: the magic and the version, as they are in the file.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{(IsValkey ? $"VALKEY{Version:D3}" : $"REDIS{Version:D4}")}");
}

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
        var text = new ByteList(MigrationLimits.RdbTextBytes);
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

/// <summary>Bytes that are where a value's type could (Redis, rdb.h).</summary>
internal enum RdbOpcode : byte
{
    /// <summary>How long the next key was idle, in Redis Enterprise's own measure.</summary>
    EnterpriseIdle = 107,

    /// <summary>Slots of a cluster that are being moved in; Valkey only (9.0).</summary>
    SlotImport = 243,

    /// <summary>A cluster slot's number, keys and expiries (7.4).</summary>
    SlotInfo = 244,

    /// <summary>A library of functions (7.0).</summary>
    Function = 245,

    /// <summary>What a module keeps beside the keys (5.0).</summary>
    ModuleAux = 247,

    /// <summary>Seconds for which the next key was idle (5.0).</summary>
    Idle = 248,

    /// <summary>How often the next key was used (5.0).</summary>
    Frequency = 249,

    /// <summary>A name and a text about the file (3.2).</summary>
    Aux = 250,

    /// <summary>Keys and expiries to come in this database (3.2).</summary>
    ResizeDatabase = 251,

    /// <summary>The next key's expiry in unix milliseconds (2.6).</summary>
    ExpireTimeMs = 252,

    /// <summary>The next key's expiry in unix seconds.</summary>
    ExpireTimeSeconds = 253,

    /// <summary>The number of the database that follows.</summary>
    SelectDatabase = 254,

    /// <summary>The end; from version 5 on a CRC-64 follows.</summary>
    End = 255,
}
