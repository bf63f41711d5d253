using System.Buffers.Binary;
using System.Buffers.Text;
using Bitmapist.Engine.Bits;

namespace Bitmapist.Engine.Rdb;

/// <summary>
/// The payload of a string (<see cref="RdbPayload"/>), read out from its beginning on. A number is stored as one, and
/// what compresses well is compressed: one of 512 MiB with few bits takes some megabytes. One thread.
/// </summary>
public sealed class StringDump
{
    private const int UnpackedBytes = 20; // up to here Redis does not try
    private const int SavedBytesMin = 4; // else it is not worth it, as Redis has it
    private const int DigitsMax = 11; // "-2147483648"
    private const int PackedBytesMax = 16 * 1024 * 1024; // kept in memory; what needs more is not compressed
    private const byte SpecialForm = 0xC0;

    private readonly StringSource _source;
    private readonly ByteList? _packed; // null: the bytes are stored as they are
    private readonly byte[] _head;
    private readonly long _bodyBytes;
    private long _next;
    private ulong _checksum;

    /// <param name="value">The string; its bits are at hand. O(its bytes).</param>
    public StringDump(in StringValue value)
    {
        _source = new StringSource(value);
        Span<byte> head = stackalloc byte[2 + (2 * RdbLength.BytesMax)];
        head[0] = RdbPayload.StringType;
        int count = 1;
        if (TryReadInteger(value) is { } number)
        {
            count += WriteInteger(head[1..], number);
        }
        else if (TryPack() is { } packed)
        {
            _packed = packed;
            _bodyBytes = packed.Count;
            head[count++] = SpecialForm | (byte)RdbStringForm.Lzf;
            count += RdbLength.Write(head[count..], packed.Count);
            count += RdbLength.Write(head[count..], value.LengthBytes);
        }
        else
        {
            _bodyBytes = value.LengthBytes;
            count += RdbLength.Write(head[count..], value.LengthBytes);
        }

        _head = head[..count].ToArray();
    }

    /// <summary>Bytes of the payload.</summary>
    public long LengthBytes => _head.Length + _bodyBytes + RdbPayload.FooterBytes;

    /// <summary>The next bytes; returns how many, 0 at the end.</summary>
    /// <param name="destination">Room for as many as are wanted, at least 64.</param>
    public int Read(Span<byte> destination)
    {
        int count = 0;
        if (_next == 0)
        {
            _head.CopyTo(destination);
            count = _head.Length;
        }

        long body = _next + count - _head.Length; // of the body, read before this call
        if (body < _bodyBytes)
        {
            // Pieces of whole words, as a string is read by them.
            int taken = (int)Math.Min(_bodyBytes - body, (destination.Length - count) & ~7);
            CopyBody(body, destination.Slice(count, taken));
            count += taken;
        }

        _checksum = Crc64.Append(_checksum, destination[..count]);
        _next += count;
        if (count > 0 || _next == LengthBytes) return count;
        BinaryPrimitives.WriteUInt16LittleEndian(destination, RdbPayload.Version);
        _checksum = Crc64.Append(_checksum, destination[..sizeof(ushort)]);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[sizeof(ushort)..], _checksum);
        _next += RdbPayload.FooterBytes;
        return RdbPayload.FooterBytes;
    }

    private void CopyBody(long start, Span<byte> destination)
    {
        if (_packed is null) _source.CopyTo(start, destination);
        else _packed.Span.Slice((int)start, destination.Length).CopyTo(destination);
    }

    private ByteList? TryPack()
    {
        if (_source.LengthBytes <= UnpackedBytes) return null;
        var packed = new ByteList((int)Math.Min(PackedBytesMax, _source.LengthBytes - SavedBytesMin));
        new LzfCompressor().Compress(_source, packed);
        return packed.IsWhole ? packed : null;
    }

    /// <summary>The integer of 32 bits whose digits the string is; else null.</summary>
    private static int? TryReadInteger(in StringValue value)
    {
        if (value.LengthBytes is 0 or > DigitsMax) return null;
        Span<byte> digits = stackalloc byte[DigitsMax], printed = stackalloc byte[DigitsMax];
        digits = digits[..(int)value.LengthBytes];
        StringBytes.CopyTo(value.Bits, 0, digits);
        return Utf8Parser.TryParse(digits, out int number, out _)
            && Utf8Formatter.TryFormat(number, printed, out int count) && digits.SequenceEqual(printed[..count])
            ? number : null;
    }

    private static int WriteInteger(Span<byte> destination, int number)
    {
        RdbStringForm form = number is >= sbyte.MinValue and <= sbyte.MaxValue ? RdbStringForm.Int8
            : number is >= short.MinValue and <= short.MaxValue ? RdbStringForm.Int16 : RdbStringForm.Int32;
        destination[0] = (byte)(SpecialForm | (int)form);
        BinaryPrimitives.WriteInt32LittleEndian(destination[1..], number);
        return 1 + (1 << (int)form);
    }
}
