using System.Buffers.Binary;
using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// The end of a generation (docs/format/database.md §4): what makes everything it names the database. Begins at a
/// multiple of 4,096, so that opening finds the newest whole one by looking backwards page by page.
/// </summary>
internal sealed record Trailer(
    Guid DatabaseId, long Offset, long Generation, long PreviousOffset, long FirstLogSequence,
    long LiveEntries, long LiveValueBytes, RunReference[] Runs)
{
    public const int Alignment = 4096;
    private const int FixedBytes = 88;
    private const int ChecksummedFrom = 12;

    private static ReadOnlySpan<byte> Magic => "BMAPEND\n"u8;

    public int Bytes => FixedBytes + Runs.Length * RunReference.Bytes;

    /// <summary>Where the next generation begins.</summary>
    public long End => Offset + Bytes;

    public byte[] Encode()
    {
        byte[] bytes = new byte[Bytes];
        Span<byte> trailer = bytes;
        Magic.CopyTo(trailer);
        BinaryPrimitives.WriteInt32LittleEndian(trailer[12..], Bytes);
        DatabaseId.TryWriteBytes(trailer[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[32..], Offset);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[40..], Generation);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[48..], PreviousOffset);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[56..], FirstLogSequence);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[64..], LiveEntries);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[72..], LiveValueBytes);
        BinaryPrimitives.WriteInt32LittleEndian(trailer[80..], Runs.Length);
        for (int i = 0; i < Runs.Length; i++) Runs[i].Write(trailer[(FixedBytes + i * RunReference.Bytes)..]);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[8..], Crc32C.Compute(trailer[ChecksummedFrom..]));
        return bytes;
    }

    /// <summary>The newest whole trailer of a file; refuses a file that has none.</summary>
    public static Trailer FindNewest(IFile file, Guid databaseId) => FindBefore(file, databaseId, file.Length)
        ?? throw new CorruptFileException(FileDefect.Damaged, file.Path, DatabaseHeader.Bytes,
            "no whole generation is in this database");

    /// <summary>
    /// Every whole trailer, newest first, in a file that may be damaged. Each says where the one before it is; only
    /// where that one does not match its checksum it takes a search.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="databaseId">Whose trailers; null, where the header is damaged: those of the newest.</param>
    public static List<Trailer> FindAll(IFile file, Guid? databaseId)
    {
        List<Trailer> found = [];
        byte[] page = new byte[Alignment];
        Trailer? trailer = FindBefore(file, databaseId, file.Length);
        while (trailer is not null)
        {
            found.Add(trailer);
            (long offset, long previous) = (trailer.Offset, trailer.PreviousOffset);
            Guid id = trailer.DatabaseId;
            if (previous <= 0) break; // the first of this file
            bool isInFile = previous < offset && previous % Alignment == 0;
            int count = isInFile ? file.Read(previous, page) : 0;
            trailer = (count >= FixedBytes && page.AsSpan().StartsWith(Magic)
                ? TryDecode(page.AsSpan(0, count), id, previous)
                : null) ?? FindBefore(file, id, offset);
        }

        return found;
    }

    /// <summary>The newest whole trailer that begins below <paramref name="end"/>; null: none.</summary>
    private static Trailer? FindBefore(IFile file, Guid? databaseId, long end)
    {
        const int WindowBytes = 64 * Alignment;
        byte[] window = new byte[WindowBytes];
        for (long windowEnd = (end + Alignment - 1) / Alignment * Alignment; windowEnd > 0; windowEnd -= WindowBytes)
        {
            long windowStart = Math.Max(0, windowEnd - WindowBytes);
            int count = file.Read(windowStart, window.AsSpan(0, (int)(windowEnd - windowStart)));
            for (int at = (int)(windowEnd - windowStart) - Alignment; at >= 0; at -= Alignment)
            {
                if (at + FixedBytes > count || !window.AsSpan(at, Magic.Length).SequenceEqual(Magic)) continue;
                ReadOnlySpan<byte> page = window.AsSpan(at, Math.Min(Alignment, count - at));
                Guid id = databaseId ?? new Guid(page.Slice(16, 16), bigEndian: true);
                if (TryDecode(page, id, windowStart + at) is { } found) return found;
            }
        }

        return null;
    }

    private static Trailer? TryDecode(ReadOnlySpan<byte> trailer, Guid databaseId, long offset)
    {
        int bytes = BinaryPrimitives.ReadInt32LittleEndian(trailer[12..]);
        if (bytes < FixedBytes || bytes > trailer.Length) return null;
        trailer = trailer[..bytes];
        uint checksum = Crc32C.Compute(trailer[ChecksummedFrom..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer[8..]) != checksum) return null;
        // A stored value may contain a trailer, copied from another place or database; ours says where it belongs.
        if (new Guid(trailer.Slice(16, 16), bigEndian: true) != databaseId) return null;
        if (BinaryPrimitives.ReadInt64LittleEndian(trailer[32..]) != offset) return null;
        int runCount = BinaryPrimitives.ReadInt32LittleEndian(trailer[80..]);
        if (runCount < 0 || runCount > (bytes - FixedBytes) / RunReference.Bytes) return null;

        RunReference[] runs = new RunReference[runCount];
        for (int i = 0; i < runCount; i++)
            runs[i] = RunReference.Read(trailer[(FixedBytes + i * RunReference.Bytes)..]);
        return new Trailer(
            databaseId,
            offset,
            BinaryPrimitives.ReadInt64LittleEndian(trailer[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(trailer[48..]),
            BinaryPrimitives.ReadInt64LittleEndian(trailer[56..]),
            BinaryPrimitives.ReadInt64LittleEndian(trailer[64..]),
            BinaryPrimitives.ReadInt64LittleEndian(trailer[72..]),
            runs);
    }
}

/// <summary>An index run as the trailer names it: 56 bytes (docs/format/database.md §4).</summary>
/// <param name="DirectoryOffset">Where the run's directory frame begins.</param>
/// <param name="DirectoryBytes">Length of that frame.</param>
/// <param name="Entries">Keys in the run, deleted ones included.</param>
/// <param name="Deletions">Keys in the run that are deletions.</param>
/// <param name="BlockBytes">Bytes of all its blocks together.</param>
/// <param name="FilterOffset">Where the frame of its <see cref="KeyFilter"/> begins.</param>
/// <param name="FilterBytes">Length of that frame; 0: it has none, like every run written before there were
/// any.</param>
internal readonly record struct RunReference(
    long DirectoryOffset, int DirectoryBytes, long Entries, long Deletions, long BlockBytes,
    long FilterOffset = 0, int FilterBytes = 0)
{
    public const int Bytes = 56;

    /// <summary>Bytes of the run in the file: blocks, directory and filter.</summary>
    public long FileBytes => BlockBytes + DirectoryBytes + FilterBytes;

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, DirectoryOffset);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], DirectoryBytes);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], Entries);
        BinaryPrimitives.WriteInt64LittleEndian(destination[24..], Deletions);
        BinaryPrimitives.WriteInt64LittleEndian(destination[32..], BlockBytes);
        BinaryPrimitives.WriteInt64LittleEndian(destination[40..], FilterOffset);
        BinaryPrimitives.WriteInt64LittleEndian(destination[48..], FilterBytes);
    }

    public static RunReference Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadInt64LittleEndian(source),
        ReadLength(source[8..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[32..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[40..]),
        ReadLength(source[48..]));

    /// <summary>
    /// A length, which the reader of so much compares with the file; out of range: one that no file has.
    /// </summary>
    private static int ReadLength(ReadOnlySpan<byte> source) =>
        (int)Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(source), -1, int.MaxValue);
}
