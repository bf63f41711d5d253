using System.Buffers.Binary;
using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// The first 64 bytes of a database file (docs/format/database.md §1), whose layout every later version keeps:
/// magic 8 | version u32 | reserved u32 | database id 16 | reserved 28 | crc32c u32 of the 60 before.
/// </summary>
internal static class DatabaseHeader
{
    public const int Bytes = 64;
    public const uint Version = 1;
    private const int ChecksumAt = 60;

    public static ReadOnlySpan<byte> Magic => "BMAPDB\r\n"u8;

    public static void Write(Span<byte> header, Guid id)
    {
        header[..Bytes].Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        id.TryWriteBytes(header[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ChecksumAt..], Crc32C.Compute(header[..ChecksumAt]));
    }

    /// <summary>Returns the database id; refuses by name what is foreign, newer or damaged.</summary>
    public static Guid Read(IFile file)
    {
        Span<byte> header = stackalloc byte[Bytes];
        header = header[..file.Read(0, header)];
        if (header.Length < Magic.Length || !header.StartsWith(Magic))
        {
            string start = Convert.ToHexString(header[..Math.Min(Magic.Length, header.Length)]);
            throw new CorruptFileException(FileDefect.ForeignFile, file.Path, 0,
                $"is not a bitmapist-server database; it begins with the bytes {start}");
        }

        if (header.Length < Bytes)
            throw new CorruptFileException(FileDefect.Damaged, file.Path, header.Length, "file ends within its header");
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumAt..]) != Crc32C.Compute(header[..ChecksumAt]))
            throw new CorruptFileException(FileDefect.Damaged, file.Path, 0, "file header does not match its checksum");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (version != Version)
        {
            throw new CorruptFileException(FileDefect.NewerFormat, file.Path, 8,
                $"database format version {version} is newer than the {Version} this program reads");
        }

        return new Guid(header.Slice(16, 16), bigEndian: true);
    }
}
