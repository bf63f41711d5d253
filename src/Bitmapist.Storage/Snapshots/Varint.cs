namespace Bitmapist.Storage.Snapshots;

/// <summary>Unsigned LEB128: seven bits a byte, lowest first, the top bit set on all but the last.</summary>
internal static class Varint
{
    public const int BytesMax = 10; // 64 bits, seven a byte

    /// <summary>Returns the bytes written.</summary>
    public static int Write(Span<byte> destination, ulong value)
    {
        int count = 0;
        for (; value >= 0x80; value >>= 7) destination[count++] = (byte)(value | 0x80);
        destination[count++] = (byte)value;
        return count;
    }

    /// <summary>Reads at <paramref name="at"/> and moves it on; false when the bytes end or overflow 63 bits.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, ref int at, out long value)
    {
        value = 0;
        for (int shift = 0; shift < 63 && at < bytes.Length; shift += 7)
        {
            byte next = bytes[at++];
            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80) return true;
        }

        return false;
    }
}
