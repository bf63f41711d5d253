using System.Buffers.Binary;
using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// The frame of an index block, of a run's directory and of its filter (docs/format/database.md §3):
/// crc32c u32 over the rest | payloadBytes u32 | payload.
/// </summary>
internal static class IndexFrame
{
    public const int HeaderBytes = 8;

    /// <summary>Appends a frame; returns its length in bytes.</summary>
    public static int Append(FileAppender output, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header, Crc32C.Append(Crc32C.Compute(header[4..]), payload));
        output.Append(header);
        output.Append(payload);
        return HeaderBytes + payload.Length;
    }

    /// <summary>Reads and verifies a frame as long as <paramref name="frame"/>; returns its payload.</summary>
    public static ReadOnlySpan<byte> Read(IFile file, long offset, Span<byte> frame, string what = "index block")
    {
        if (frame.Length < HeaderBytes || file.Read(offset, frame) < frame.Length)
            throw Damaged(file, offset, $"file ends within an {what}");
        if (BinaryPrimitives.ReadUInt32LittleEndian(frame) != Crc32C.Compute(frame[4..])
            || BinaryPrimitives.ReadUInt32LittleEndian(frame[4..]) != (uint)(frame.Length - HeaderBytes))
            throw Damaged(file, offset, $"{what} does not match its checksum");
        return frame[HeaderBytes..];
    }

    public static CorruptFileException Damaged(IFile file, long offset, string reason) =>
        new(FileDefect.Damaged, file.Path, offset, reason);
}
