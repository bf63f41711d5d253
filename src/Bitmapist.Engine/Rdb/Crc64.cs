namespace Bitmapist.Engine.Rdb;

/// <summary>
/// CRC-64 with the polynomial of David Jones, as RDB files end with: reflected, starting at 0, not complemented.
/// The checksum of "123456789" is e9c6d914c4b8d9ca.
/// </summary>
internal static class Crc64
{
    private const ulong Polynomial = 0x95AC_9329_AC4B_C9B5; // ad93d23594c935a9 with its bits reversed
    private const int Lanes = 8;
    private static readonly ulong[] s_tables = MakeTables();

    /// <summary>The checksum of what gave <paramref name="running"/> followed by <paramref name="bytes"/>.</summary>
    public static ulong Append(ulong running, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> tables = s_tables;
        ulong crc = running;
        while (bytes.Length >= Lanes)
        {
            // Eight bytes at once: the byte n places before the end of the word is moved on by table n.
            crc ^= System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            crc = tables[(7 * 256) + (byte)crc]
                ^ tables[(6 * 256) + (byte)(crc >> 8)]
                ^ tables[(5 * 256) + (byte)(crc >> 16)]
                ^ tables[(4 * 256) + (byte)(crc >> 24)]
                ^ tables[(3 * 256) + (byte)(crc >> 32)]
                ^ tables[(2 * 256) + (byte)(crc >> 40)]
                ^ tables[256 + (byte)(crc >> 48)]
                ^ tables[(byte)(crc >> 56)];
            bytes = bytes[Lanes..];
        }

        foreach (byte next in bytes) crc = tables[(byte)(crc ^ next)] ^ (crc >> 8);
        return crc;
    }

    private static ulong[] MakeTables()
    {
        ulong[] tables = new ulong[Lanes * 256];
        for (int i = 0; i < 256; i++)
        {
            ulong crc = (ulong)i;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1;
            tables[i] = crc;
        }

        for (int i = 256; i < tables.Length; i++)
            tables[i] = (tables[i - 256] >> 8) ^ tables[(byte)tables[i - 256]];
        return tables;
    }
}
