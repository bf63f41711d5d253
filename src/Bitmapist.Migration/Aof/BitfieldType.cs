using System.Globalization;
using Bitmapist.Roaring;

namespace Bitmapist.Migration.Aof;

/// <summary>A kind of number within a string: <c>u</c> and 1 … 63 bits, or <c>i</c> and 1 … 64.</summary>
internal readonly record struct BitfieldType(bool IsSigned, int Bits)
{
    public Int128 Min => IsSigned ? -(Int128.One << (Bits - 1)) : 0;

    public Int128 Max => (Int128.One << (IsSigned ? Bits - 1 : Bits)) - 1;

    /// <summary>Reads an argument such as <c>u8</c>.</summary>
    public static BitfieldType Parse(AofCommand command, int index)
    {
        string text = command.Text(index);
        bool isSigned = text.StartsWith('i');
        if ((isSigned || text.StartsWith('u'))
            && int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int bits)
            && bits >= 1 && bits <= (isSigned ? 64 : 63))
        {
            return new BitfieldType(isSigned, bits);
        }

        throw command.Refuse("has an unknown type of number");
    }

    /// <summary>The number at an offset.</summary>
    public Int128 Read(ReadOnlyBitmap bits, uint offset)
    {
        ulong number = 0;
        for (int i = 0; i < Bits; i++) number = (number << 1) | (bits.Contains(offset + (uint)i) ? 1UL : 0);
        return IsSigned ? (long)(number << (64 - Bits)) >> (64 - Bits) : number;
    }
}
