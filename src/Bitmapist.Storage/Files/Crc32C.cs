using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Bitmapist.Storage.Files;

/// <summary>
/// CRC-32C (Castagnoli, RFC 3720 appendix B.4), seeded with ones and complemented at the end, so that a run of zeros
/// never carries the checksum 0. Uses the processor's instruction where there is one.
/// </summary>
public static class Crc32C
{
    /// <summary>The checksum of <paramref name="bytes"/>; 0 for none.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of what gave <paramref name="running"/> followed by <paramref name="bytes"/>.</summary>
    public static uint Append(uint running, ReadOnlySpan<byte> bytes)
    {
        uint crc = ~running;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        for (int i = 0; i < words.Length; i++)
        {
            ulong word = BitConverter.IsLittleEndian ? words[i] : BinaryPrimitives.ReverseEndianness(words[i]);
            crc = BitOperations.Crc32C(crc, word);
        }

        // The last 0..7 bytes. A record's header has five, so this is on every append's path.
        ReadOnlySpan<byte> rest = bytes[(words.Length * sizeof(ulong))..];
        if (rest.Length >= sizeof(uint))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt32LittleEndian(rest));
            rest = rest[sizeof(uint)..];
        }

        foreach (byte last in rest) crc = BitOperations.Crc32C(crc, last);
        return ~crc;
    }
}
