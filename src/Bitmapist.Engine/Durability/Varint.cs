namespace Bitmapist.Engine.Durability;

/// <summary>
/// Unsigned LEB128: seven bits a byte, least significant first, the high bit set on all but the last byte.
/// </summary>
internal static class Varint
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

    /// <summary>Reads a value and moves past it; false when the bytes end or the value exceeds 64 bits.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> source, out ulong value)
    {
        value = 0;
        for (int i = 0; i < source.Length && i < BytesMax; i++)
        {
            byte part = source[i];
            if (i == BytesMax - 1 && part > 1) return false;
            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part >= 0x80) continue;
            source = source[(i + 1)..];
            return true;
        }

        return false;
    }
}
