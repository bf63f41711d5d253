using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Bitmapist.Migration.Rdb;

/// <summary>What stands before a string: in which form it is stored, and how long it is.</summary>
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
