using System.Buffers.Binary;
using System.Globalization;
using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>
/// The first 56 bytes of a segment (docs/format/log.md §1), whose layout every later format version keeps:
/// magic 8 | version u32 | reserved u32 | database id 16 | sequence u64 | previousBytes u64 | reserved u32 |
/// crc32c u32 of the 52 before.
/// </summary>
/// <param name="DatabaseId">The database that the log belongs to.</param>
/// <param name="Sequence">The segment's number, from 1, as in its name.</param>
/// <param name="PreviousBytes">Length of the segment before it when that ended; 0 when there was none.</param>
internal readonly record struct SegmentHeader(Guid DatabaseId, long Sequence, long PreviousBytes)
{
    public const int Bytes = 56;
    public const uint Version = 1;
    private const int ChecksumAt = 52;

    private static ReadOnlySpan<byte> Magic => "BMAPLOG\n"u8;

    public void Write(Span<byte> header)
    {
        header[..Bytes].Clear();
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], Version);
        DatabaseId.TryWriteBytes(header[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(header[40..], PreviousBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ChecksumAt..], Crc32C.Compute(header[..ChecksumAt]));
    }

    /// <summary>Reads the 56 bytes; refuses by name what is foreign, newer or damaged.</summary>
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
            BinaryPrimitives.ReadInt64LittleEndian(header[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[40..]));
    }
}

/// <summary>Names of segment files: the database's path, ".log." and the sequence in at least six digits.</summary>
public static class SegmentName
{
    private const string Infix = ".log.";

    /// <summary>The path of a segment.</summary>
    public static string For(string databasePath, long sequence) =>
        string.Create(CultureInfo.InvariantCulture, $"{databasePath}{Infix}{sequence:D6}");

    /// <summary>The segments beside a database, by sequence; names that only look alike are left out.</summary>
    public static List<(long Sequence, string Path)> List(IFileSystem files, string databasePath)
    {
        ArgumentNullException.ThrowIfNull(files);
        string prefix = Path.GetFileName(databasePath) + Infix;
        List<(long Sequence, string Path)> segments = [];
        foreach (string path in files.List(ParentDirectory.Of(databasePath), prefix))
        {
            ReadOnlySpan<char> digits = Path.GetFileName(path.AsSpan())[prefix.Length..];
            if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long sequence)
                && Path.GetFileName(For(databasePath, sequence)) == Path.GetFileName(path))
                segments.Add((sequence, path));
        }

        segments.Sort();
        return segments;
    }
}
