using System.Buffers.Binary;
using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>
/// The first 48 bytes of a segment (docs/format/log.md §1), whose layout every later format version keeps:
/// magic 8 | version u32 | reserved u32 | database id 16 | sequence u64 | reserved u32 | crc32c u32 of the 44 before.
/// </summary>
internal readonly record struct SegmentHeader(Guid DatabaseId, long Sequence)
{
    public const int Bytes = 48;
    public const uint Version = 1;
    private const int ChecksumAt = 44;

    private static ReadOnlySpan<byte> Magic => "BMAPLOG\n"u8;

    public void Write(Span<byte> header)
    {
        header[..Bytes].Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        DatabaseId.TryWriteBytes(header[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ChecksumAt..], Crc32C.Compute(header[..ChecksumAt]));
    }

    /// <summary>Reads the 48 bytes; refuses by name what is foreign, newer or damaged.</summary>
    public static SegmentHeader Read(string path, ReadOnlySpan<byte> header)
    {
        if (!header.StartsWith(Magic))
            throw new CorruptFileException(FileDefect.ForeignFile, path, 0, "is not a bitmapist-server log segment");
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumAt..]) != Crc32C.Compute(header[..ChecksumAt]))
            throw new CorruptFileException(FileDefect.Damaged, path, 0, "segment header does not match its checksum");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (version != Version)
        {
            throw new CorruptFileException(FileDefect.NewerFormat, path, 8,
                $"log format version {version} is newer than the {Version} this program reads");
        }

        return new SegmentHeader(
            new Guid(header.Slice(16, 16), bigEndian: true),
            BinaryPrimitives.ReadInt64LittleEndian(header[32..]));
    }
}
