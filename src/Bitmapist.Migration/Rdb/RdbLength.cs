using System.Buffers.Binary;

namespace Bitmapist.Migration.Rdb;

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

    /// <summary>Reads a length where no special form may stand. As 64 bits without a sign where they are used as
    /// such.</summary>
    public static long ReadPlain(SourceInput input)
    {
        long length = Read(input, out bool isSpecial);
        return isSpecial ? throw input.Corrupt("a special form of string stands where a number must") : length;
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
