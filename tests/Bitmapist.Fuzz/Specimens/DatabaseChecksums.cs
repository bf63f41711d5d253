using System.Buffers.Binary;
using Bitmapist.Storage.Files;

namespace Bitmapist.Fuzz.Specimens;

/// <summary>
/// Makes the checksums of a database file right (docs/format/database.md), from the inside out: values, index blocks,
/// directories, trailers, header. What its structure does not lead to any more stays as it is.
/// </summary>
internal static class DatabaseChecksums
{
    private const int HeaderBytes = 64;
    private const int PageBytes = 4096;
    private const int TrailerBytes = 88;
    private const int RunBytes = 56;
    private const int FrameHeaderBytes = 8;
    private const int ChunkBytes = 4096;

    public static void Fix(Span<byte> file)
    {
        if (file.Length < HeaderBytes) return;
        for (int at = 0; at <= file.Length - TrailerBytes; at += PageBytes)
            if (file[at..].StartsWith("BMAPEND\n"u8)) FixTrailer(file, file[at..]);
        BinaryPrimitives.WriteUInt32LittleEndian(file[60..], Crc32C.Compute(file[..60]));
    }

    private static void FixTrailer(Span<byte> file, Span<byte> trailer)
    {
        int bytes = BinaryPrimitives.ReadInt32LittleEndian(trailer[12..]);
        if (bytes < TrailerBytes || bytes > Math.Min(PageBytes, trailer.Length)) return;
        trailer = trailer[..bytes];
        uint runs = BinaryPrimitives.ReadUInt32LittleEndian(trailer[80..]);
        for (int run = TrailerBytes; run <= bytes - RunBytes && runs > 0; run += RunBytes, runs--)
        {
            FixDirectory(
                file,
                BinaryPrimitives.ReadInt64LittleEndian(trailer[run..]),
                BinaryPrimitives.ReadInt64LittleEndian(trailer[(run + 8)..]));
        }

        BinaryPrimitives.WriteUInt32LittleEndian(trailer[8..], Crc32C.Compute(trailer[12..]));
    }

    private static void FixDirectory(Span<byte> file, long offset, long bytes)
    {
        if (!TrySlice(file, offset, bytes, out Span<byte> frame) || frame.Length < FrameHeaderBytes) return;
        for (Span<byte> rest = frame[FrameHeaderBytes..]; rest.Length >= 16;)
        {
            FixBlock(
                file, BinaryPrimitives.ReadInt64LittleEndian(rest), BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]));
            uint keyBytes = BinaryPrimitives.ReadUInt32LittleEndian(rest[12..]);
            if (keyBytes > rest.Length - 16) break;
            rest = rest[(16 + (int)keyBytes)..];
        }

        FixFrame(frame);
    }

    private static void FixBlock(Span<byte> file, long offset, long bytes)
    {
        if (!TrySlice(file, offset, bytes, out Span<byte> frame) || frame.Length < FrameHeaderBytes) return;
        Span<byte> rest = frame[FrameHeaderBytes..];
        while (TryReadNumber(ref rest, out _) && TrySkip(ref rest) && !rest.IsEmpty)
        {
            byte kind = rest[0];
            rest = rest[1..];
            if (kind != 1) continue;
            if (!TrySkip(ref rest) || !TryReadNumber(ref rest, out ulong at)
                || !TryReadNumber(ref rest, out ulong length) || rest.Length < sizeof(uint))
            {
                break;
            }

            if (TryFixValue(file, at, length, out uint checksum))
                BinaryPrimitives.WriteUInt32LittleEndian(rest, checksum);
            rest = rest[sizeof(uint)..];
        }

        FixFrame(frame);
    }

    private static bool TryFixValue(Span<byte> file, ulong offset, ulong bytes, out uint checksum)
    {
        checksum = 0;
        if (bytes > (ulong)file.Length || offset > (ulong)file.Length) return false;
        int tableBytes = bytes <= ChunkBytes ? 0 : ((int)bytes + ChunkBytes - 1) / ChunkBytes * 4;
        if (!TrySlice(file, (long)offset, tableBytes + (long)bytes, out Span<byte> value)) return false;
        for (int chunk = 0; chunk * 4 < tableBytes; chunk++)
        {
            Span<byte> content = value[(tableBytes + (chunk * ChunkBytes))..];
            BinaryPrimitives.WriteUInt32LittleEndian(
                value[(chunk * 4)..], Crc32C.Compute(content[..Math.Min(ChunkBytes, content.Length)]));
        }

        checksum = Crc32C.Compute(tableBytes == 0 ? value : value[..tableBytes]);
        return true;
    }

    private static void FixFrame(Span<byte> frame) =>
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Crc32C.Compute(frame[4..]));

    private static bool TrySlice(Span<byte> file, long offset, long bytes, out Span<byte> slice)
    {
        bool isInside = offset >= 0 && bytes >= 0 && offset <= file.Length && bytes <= file.Length - offset;
        slice = isInside ? file.Slice((int)offset, (int)bytes) : default;
        return isInside;
    }

    private static bool TrySkip(ref Span<byte> rest)
    {
        if (!TryReadNumber(ref rest, out ulong bytes) || bytes > (ulong)rest.Length) return false;
        rest = rest[(int)bytes..];
        return true;
    }

    private static bool TryReadNumber(ref Span<byte> rest, out ulong number)
    {
        number = 0;
        for (int i = 0; i < Math.Min(10, rest.Length); i++)
        {
            number |= (ulong)(rest[i] & 0x7F) << (7 * i);
            if (rest[i] >= 0x80) continue;
            rest = rest[(i + 1)..];
            return true;
        }

        return false;
    }
}
