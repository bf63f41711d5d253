using Bitmapist.Roaring;

namespace Bitmapist.Engine.Bits;

/// <summary>
/// A kind of number within a string, most significant bit first: unsigned of 1 … 63 bits, or signed of 1 … 64.
/// </summary>
public readonly record struct BitfieldType(bool IsSigned, int Bits)
{
    /// <summary>Most bits of a number.</summary>
    public const int BitsMax = 64;

    public Int128 Min => IsSigned ? -(Int128.One << (Bits - 1)) : 0;

    public Int128 Max => (Int128.One << (IsSigned ? Bits - 1 : Bits)) - 1;

    /// <summary>Reads <c>u8</c> or <c>i16</c>; letters are lower case, and numbers have no leading zeros.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out BitfieldType type)
    {
        type = default;
        if (text.Length is < 2 or > 3 || text[0] is not ((byte)'i' or (byte)'u') || text[1] == (byte)'0') return false;
        int bits = 0;
        foreach (byte digit in text[1..])
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            bits = (bits * 10) + digit - '0';
        }

        type = new BitfieldType(text[0] == (byte)'i', bits);
        return bits <= (type.IsSigned ? BitsMax : BitsMax - 1);
    }

    /// <summary>The number at an offset; bits behind the last possible one are 0.</summary>
    public long Read(ReadOnlyBitmap bits, long offset)
    {
        ulong number = 0;
        for (int i = 0; i < Bits; i++) number = (number << 1) | (Holds(bits, offset + i) ? 1UL : 0);
        return Extended(number);
    }

    /// <summary>The same of a bitmap that is being written.</summary>
    public long Read(RoaringBitmap bits, long offset)
    {
        ulong number = 0;
        for (int i = 0; i < Bits; i++)
            number = (number << 1) | (offset + i <= uint.MaxValue && bits.Contains((uint)(offset + i)) ? 1UL : 0);
        return Extended(number);
    }

    /// <summary>Writes a number's lowest bits at an offset; true when that changed one.</summary>
    public bool Write(RoaringBitmap bits, uint offset, long number)
    {
        bool isChanged = false;
        for (int i = 0; i < Bits; i++)
        {
            uint bit = offset + (uint)i;
            isChanged |= (number >> (Bits - 1 - i) & 1) != 0 ? bits.Add(bit) : bits.Remove(bit);
        }

        return isChanged;
    }

    private static bool Holds(ReadOnlyBitmap bits, long bit) => bit <= uint.MaxValue && bits.Contains((uint)bit);

    private long Extended(ulong number) =>
        IsSigned ? (long)(number << (BitsMax - Bits)) >> (BitsMax - Bits) : (long)number;
}

/// <summary>What a write does whose number is out of the type's range.</summary>
public enum BitfieldOverflow
{
    /// <summary>Keeps the lowest bits.</summary>
    Wrap,

    /// <summary>Writes the nearest number of the type.</summary>
    Saturate,

    /// <summary>Writes nothing.</summary>
    Fail,
}

/// <summary>What is done with a number within a string.</summary>
public enum BitfieldVerb
{
    Get,
    Set,
    Increment,
}

/// <summary>One step of a BITFIELD.</summary>
/// <param name="Verb">What is done.</param>
/// <param name="Type">The number's kind.</param>
/// <param name="Offset">Its first bit; of a write its last one, too, lies below 2^32.</param>
/// <param name="Number">What is written, or added.</param>
/// <param name="Overflow">What happens if it is out of range.</param>
public readonly record struct BitfieldStep(
    BitfieldVerb Verb, BitfieldType Type, long Offset, long Number, BitfieldOverflow Overflow)
{
    /// <summary>The bit behind the number's last one.</summary>
    public long End => Offset + Type.Bits;

    // Redis compares how far a number is from the type's greatest in 64 bits, where one far below comes to be above.
    private bool IsAbove(Int128 number) => number > Type.Max
        || (Verb == BitfieldVerb.Set && Type.Bits < BitfieldType.BitsMax && Type.Max - number > long.MaxValue);

    /// <summary>The number to be written over another one; null: none.</summary>
    public long? Written(long old)
    {
        Int128 number = Verb == BitfieldVerb.Increment
            ? (Int128)old + Number
            : Type.IsSigned ? Number : (ulong)Number;
        if (number < Type.Min || number > Type.Max)
        {
            if (Overflow == BitfieldOverflow.Fail) return null;
            if (Overflow == BitfieldOverflow.Saturate) number = IsAbove(number) ? Type.Max : Type.Min;
        }

        // What is left are the lowest bits, read as the type reads them.
        int unused = BitfieldType.BitsMax - Type.Bits;
        long bits = unchecked((long)number) << unused;
        return Type.IsSigned ? bits >> unused : (long)((ulong)bits >> unused);
    }
}
