using System.Buffers.Binary;
using Bitmapist.Storage.Files;

namespace Bitmapist.Fuzz.Specimens;

/// <summary>Makes the checksums of a log segment right (docs/format/log.md).</summary>
internal static class LogChecksums
{
    private const int HeaderBytes = 56;
    private const int RecordHeaderBytes = 9;

    /// <summary>Of the header, and of every record up to the first whose length leads out of the file.</summary>
    public static void Fix(Span<byte> segment)
    {
        if (segment.Length < HeaderBytes) return;
        BinaryPrimitives.WriteUInt32LittleEndian(segment[52..], Crc32C.Compute(segment[..52]));
        Span<byte> rest = segment[HeaderBytes..];
        while (rest.Length >= RecordHeaderBytes)
        {
            uint payloadBytes = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            if (payloadBytes > rest.Length - RecordHeaderBytes) return;
            int recordBytes = RecordHeaderBytes + (int)payloadBytes;
            BinaryPrimitives.WriteUInt32LittleEndian(rest, Crc32C.Compute(rest[4..recordBytes]));
            rest = rest[recordBytes..];
        }
    }
}
