using System.Globalization;
using System.Text;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Rdb;
using Bitmapist.Migration.Transfer;

namespace Bitmapist.Migration.Rdb;

/// <summary>
/// Writes an RDB file of strings, format version 9: what Redis 5 and everything later loads. Strings are made from
/// their bits piece by piece, so one of 512 MB needs no more memory than a short one. One thread.
/// </summary>
internal sealed class RdbWriter
{
    private const byte StringType = 0;
    private const byte SpecialForm = 0xC0;
    private readonly RdbOutput _output;
    private readonly LzfCompressor _compressor = new();
    private readonly ByteList _packed = new(MigrationLimits.PackedBytesKept);
    private readonly byte[] _piece = new byte[64 * 1024];

    public RdbWriter(RdbOutput output, long nowUnixSeconds)
    {
        _output = output;
        output.Append("REDIS0009"u8);
        AppendAux("ctime", nowUnixSeconds.ToString(CultureInfo.InvariantCulture));
        AppendAux("created-by", "bitmapist-server");
    }

    /// <summary>Begins a database, with the keys and expiries it will have.</summary>
    public void BeginDatabase(int database, long keys, long expiries)
    {
        _output.Append((byte)RdbOpcode.SelectDatabase);
        _output.AppendLength(database);
        _output.Append((byte)RdbOpcode.ResizeDatabase);
        _output.AppendLength(keys);
        _output.AppendLength(expiries);
    }

    /// <summary>Writes a key of the current database.</summary>
    public void Put(ReadOnlySpan<byte> name, in StringValue value, long expiresAtUnixMs)
    {
        if (expiresAtUnixMs != 0)
        {
            _output.Append((byte)RdbOpcode.ExpireTimeMs);
            _output.AppendInt64(expiresAtUnixMs);
        }

        _output.Append(StringType);
        AppendPlain(name);
        AppendString(new StringSource(value));
    }

    /// <summary>Ends the file and syncs it.</summary>
    public void Finish()
    {
        _output.Append((byte)RdbOpcode.End);
        _output.Finish();
    }

    /// <summary>Writes a string compressed where that makes it shorter.</summary>
    internal void AppendString(IByteSource source)
    {
        if (source.LengthBytes <= MigrationLimits.UnpackedBytes)
        {
            AppendPieces(source);
            return;
        }

        // The compressed length comes before the bytes. What is too long to be kept until it is known is compressed
        // again: the same bytes give the same result.
        _packed.Clear();
        _compressor.Compress(source, _packed);
        if (_packed.Count >= source.LengthBytes)
        {
            AppendPieces(source);
            return;
        }

        _output.Append(SpecialForm | (byte)RdbStringForm.Lzf);
        _output.AppendLength(_packed.Count);
        _output.AppendLength(source.LengthBytes);
        if (_packed.IsWhole) _output.Append(_packed.Span);
        else _compressor.Compress(source, _output);
    }

    private void AppendPieces(IByteSource source)
    {
        _output.AppendLength(source.LengthBytes);
        for (long start = 0; start < source.LengthBytes;)
        {
            Span<byte> piece = _piece.AsSpan(0, (int)Math.Min(_piece.Length, source.LengthBytes - start));
            source.CopyTo(start, piece);
            _output.Append(piece);
            start += piece.Length;
        }
    }

    private void AppendAux(string name, string text)
    {
        _output.Append((byte)RdbOpcode.Aux);
        AppendPlain(Encoding.ASCII.GetBytes(name));
        AppendPlain(Encoding.ASCII.GetBytes(text));
    }

    private void AppendPlain(ReadOnlySpan<byte> bytes)
    {
        _output.AppendLength(bytes.Length);
        _output.Append(bytes);
    }
}
