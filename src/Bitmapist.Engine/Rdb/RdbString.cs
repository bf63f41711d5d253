using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Bitmapist.Engine.Rdb;

/// <summary>Special forms of a string, in the six bits of a length byte that begins with two ones.</summary>
internal enum RdbStringForm
{
    Int8 = 0,
    Int16 = 1,
    Int32 = 2,

    /// <summary>Length compressed, length expanded, LZF.</summary>
    Lzf = 3,
}

/// <summary>What is before a string: in which form it is stored, and how long it is.</summary>
/// <param name="StoredBytes">Bytes in the file, behind this.</param>
/// <param name="LengthBytes">Bytes of the string.</param>
/// <param name="IsPacked">Compressed with LZF.</param>
/// <param name="Number">The number whose digits the string is; else null.</param>
internal readonly record struct RdbString(long StoredBytes, long LengthBytes, bool IsPacked, int? Number)
{
    /// <summary>The digits, where the string is a number.</summary>
    public byte[] Digits => Encoding.ASCII.GetBytes(Number!.Value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Reads it.</summary>
    public static RdbString ReadHead(SourceInput input)
    {
        long length = RdbLength.Read(input, out bool isSpecial);
        if (!isSpecial) return new RdbString(length, length, IsPacked: false, Number: null);
        switch ((RdbStringForm)length)
        {
            case RdbStringForm.Int8:
                return OfNumber((sbyte)input.ReadByte());
            case RdbStringForm.Int16:
                Span<byte> two = stackalloc byte[sizeof(short)];
                input.Read(two);
                return OfNumber(BinaryPrimitives.ReadInt16LittleEndian(two));
            case RdbStringForm.Int32:
                return OfNumber(input.ReadInt32());
            case RdbStringForm.Lzf:
                long packed = RdbLength.ReadPlain(input);
                return new RdbString(packed, RdbLength.ReadPlain(input), IsPacked: true, Number: null);
            default:
                throw input.Corrupt($"a string has the unknown form {length}");
        }
    }

    /// <summary>Passes over a string.</summary>
    public static void Skip(SourceInput input) => input.Skip(ReadHead(input).StoredBytes);

    private static RdbString OfNumber(int number)
    {
        var text = new RdbString(0, 0, IsPacked: false, number);
        return text with { LengthBytes = text.Digits.Length };
    }
}

/// <summary>Reads strings in whichever form they are stored. One thread.</summary>
internal sealed class RdbStringReader(SourceInput input)
{
    private LzfExpander? _expander;

    /// <summary>Hands the string behind a head to a sink.</summary>
    /// <exception cref="Storage.Files.CorruptFileException">It is malformed or not all there.</exception>
    public void Read(in RdbString head, IByteSink sink)
    {
        if (head.Number is not null) sink.Append(head.Digits);
        else if (!head.IsPacked) input.CopyTo(sink, head.StoredBytes);
        else
        {
            input.RequireRemaining(head.StoredBytes);
            _expander ??= new LzfExpander();
            _expander.Expand(input, head.StoredBytes, head.LengthBytes, sink);
        }
    }
}

/// <summary>
/// Lengths of an RDB file. The first byte's upper two bits say how: 00 six bits, 01 fourteen, 10 000000 thirty-two and
/// 10 000001 sixty-four big-endian in the bytes that follow, 11 no length but a special form of string.
/// </summary>
internal static class RdbLength
{
    /// <summary>Most bytes that <see cref="Write"/> uses.</summary>
    public const int BytesMax = 9;

    private const byte ThirtyTwoBits = 0x80;
    private const byte SixtyFourBits = 0x81;

    /// <summary>Reads a length, or the number of a special form.</summary>
    public static long Read(SourceInput input, out bool isSpecial)
    {
        byte first = input.ReadByte();
        isSpecial = first >= 0xC0;
        if (isSpecial || first < 0x40) return first & 0x3F;
        if (first < 0x80) return ((first & 0x3F) << 8) | input.ReadByte();
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        switch (first)
        {
            case ThirtyTwoBits:
                input.Read(bytes[..sizeof(uint)]);
                return BinaryPrimitives.ReadUInt32BigEndian(bytes);
            case SixtyFourBits:
                input.Read(bytes);
                return BinaryPrimitives.ReadInt64BigEndian(bytes); // a negative one is more than any file holds
            default:
                throw input.Corrupt($"{first:x2} begins no length");
        }
    }

    /// <summary>Reads a length where no special form may be. As 64 bits without a sign where they are used as
    /// such.</summary>
    public static long ReadPlain(SourceInput input)
    {
        long length = Read(input, out bool isSpecial);
        return isSpecial ? throw input.Corrupt("a special form of string instead of a number") : length;
    }

    /// <summary>Writes a length of 0 or more; returns the bytes used.</summary>
    public static int Write(Span<byte> destination, long length)
    {
        switch (length)
        {
            case < 1 << 6:
                destination[0] = (byte)length;
                return 1;
            case < 1 << 14:
                BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)(0x4000 | length));
                return sizeof(ushort);
            case <= uint.MaxValue:
                destination[0] = ThirtyTwoBits;
                BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)length);
                return 1 + sizeof(uint);
            default:
                destination[0] = SixtyFourBits;
                BinaryPrimitives.WriteInt64BigEndian(destination[1..], length);
                return BytesMax;
        }
    }
}
