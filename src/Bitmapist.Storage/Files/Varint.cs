namespace Bitmapist.Storage.Files;

/// <summary>
/// Unsigned LEB128: seven bits a byte, least significant first, the high bit set on all but the last byte.
/// </summary>
public static class Varint
{
    public const int BytesMax = 10; // 64 bits in groups of 7

    /// <summary>Writes a value; returns its length, 1 … 10 bytes.</summary>
    public static int Write(Span<byte> destination, ulong value)
    {
        int count = 0;
        for (; value >= 0x80; value >>= 7) destination[count++] = (byte)(value | 0x80);
        destination[count++] = (byte)value;
        return count;
    }

    /// <summary>
    /// Reads a value at <paramref name="at"/> and moves that past it; false when the bytes end or the value exceeds 64
    /// bits.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> source, ref int at, out ulong value)
    {
        value = 0;
        for (int shift = 0; at < source.Length; shift += 7)
        {
            byte part = source[at++];
            if (shift == 63 && part > 1) return false; // the tenth byte has room for one bit, and none follows it
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return true;
        }

        return false;
    }

    /// <summary>Reads a value and moves past it; false when the bytes end or the value exceeds 64 bits.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> source, out ulong value)
    {
        int at = 0;
        if (!TryRead(source, ref at, out value)) return false;
        source = source[at..];
        return true;
    }
}
