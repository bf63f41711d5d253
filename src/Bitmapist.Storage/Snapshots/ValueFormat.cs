using System.Buffers;
using System.Buffers.Binary;
using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// Values on disk (docs/format/database.md §2). A value of up to one chunk is its bytes. A longer one begins with a
/// table of a CRC-32C per chunk, so that a part of it can be read and verified without reading the rest. The index
/// holds the checksum of the single chunk or of the table.
/// </summary>
internal static class ValueFormat
{
    /// <summary>4 KiB: a page, and with 4 bytes each the table costs a thousandth of the value.</summary>
    public const int ChunkBytes = 4096;

    private const int CopyChunks = 64;

    /// <summary>Bytes of a value with its table.</summary>
    public static long StoredBytes(int valueBytes) => TableBytes(valueBytes) + (long)valueBytes;

    /// <summary>Appends a value; returns its checksum for the index.</summary>
    public static uint Append(FileAppender output, ReadOnlySpan<byte> value)
    {
        int tableBytes = TableBytes(value.Length);
        uint checksum;
        if (tableBytes == 0)
        {
            checksum = Crc32C.Compute(value);
        }
        else
        {
            byte[] rented = ArrayPool<byte>.Shared.Rent(tableBytes);
            Span<byte> table = rented.AsSpan(0, tableBytes);
            for (int chunk = 0; chunk * 4 < tableBytes; chunk++)
                BinaryPrimitives.WriteUInt32LittleEndian(table[(chunk * 4)..], Crc32C.Compute(Chunk(value, chunk)));
            checksum = Crc32C.Compute(table);
            output.Append(table);
            ArrayPool<byte>.Shared.Return(rented);
        }

        output.Append(value);
        return checksum;
    }

    /// <summary>Reads and verifies a whole value; the destination has exactly its length.</summary>
    public static void Read(IFile file, in StoredEntry entry, Span<byte> destination)
    {
        byte[] rented = ReadTable(file, entry, out int tableBytes);
        ReadExactly(file, entry.ValueOffset + tableBytes, destination);
        if (tableBytes == 0) Require(Crc32C.Compute(destination) == entry.ValueChecksum, file, entry.ValueOffset);
        else Verify(file, entry, 0, destination, rented.AsSpan(0, tableBytes));
        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>
    /// Reads bytes [start, start + destination.Length) of a value, which must lie within it, by way of the chunks that
    /// hold them. The table's own checksum is not needed: a chunk that matches a damaged table entry does not exist.
    /// </summary>
    public static void ReadRange(IFile file, in StoredEntry entry, int start, Span<byte> destination)
    {
        int first = start / ChunkBytes;
        int chunksEnd = (int)(((long)start + destination.Length + ChunkBytes - 1) / ChunkBytes);
        int from = first * ChunkBytes;
        int bytes = (int)Math.Min((long)chunksEnd * ChunkBytes, entry.ValueBytes) - from;
        int tableBytes = TableBytes(entry.ValueBytes);
        int slotBytes = tableBytes == 0 ? 0 : (chunksEnd - first) * 4;
        byte[] rented = ArrayPool<byte>.Shared.Rent(slotBytes + bytes);
        Span<byte> slots = rented.AsSpan(0, slotBytes);
        Span<byte> chunks = rented.AsSpan(slotBytes, bytes);
        ReadExactly(file, entry.ValueOffset + tableBytes + from, chunks);
        if (tableBytes == 0)
        {
            Require(Crc32C.Compute(chunks) == entry.ValueChecksum, file, entry.ValueOffset);
        }
        else
        {
            ReadExactly(file, entry.ValueOffset + first * 4, slots);
            Verify(file, entry, first, chunks, slots);
        }

        chunks.Slice(start - from, destination.Length).CopyTo(destination);
        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Verifies a value of one file and appends it to another, a quarter of a megabyte at a time.</summary>
    public static void Copy(IFile file, in StoredEntry entry, FileAppender output)
    {
        byte[] table = ReadTable(file, entry, out int tableBytes);
        output.Append(table.AsSpan(0, tableBytes));
        byte[] rented = ArrayPool<byte>.Shared.Rent(CopyChunks * ChunkBytes);
        for (int at = 0; at < entry.ValueBytes;)
        {
            Span<byte> bytes = rented.AsSpan(0, Math.Min(CopyChunks * ChunkBytes, entry.ValueBytes - at));
            ReadExactly(file, entry.ValueOffset + tableBytes + at, bytes);
            int chunk = at / ChunkBytes;
            if (tableBytes == 0) Require(Crc32C.Compute(bytes) == entry.ValueChecksum, file, entry.ValueOffset);
            else Verify(file, entry, chunk, bytes, table.AsSpan(chunk * 4, tableBytes - chunk * 4));
            output.Append(bytes);
            at += bytes.Length;
        }

        ArrayPool<byte>.Shared.Return(rented);
        ArrayPool<byte>.Shared.Return(table);
    }

    private static int TableBytes(int valueBytes) =>
        valueBytes <= ChunkBytes ? 0 : (int)(((long)valueBytes + ChunkBytes - 1) / ChunkBytes) * 4;

    private static ReadOnlySpan<byte> Chunk(ReadOnlySpan<byte> bytes, int chunk) =>
        bytes.Slice(chunk * ChunkBytes, Math.Min(ChunkBytes, bytes.Length - chunk * ChunkBytes));

    private static byte[] ReadTable(IFile file, in StoredEntry entry, out int tableBytes)
    {
        tableBytes = TableBytes(entry.ValueBytes);
        byte[] table = ArrayPool<byte>.Shared.Rent(tableBytes);
        if (tableBytes == 0) return table;
        ReadExactly(file, entry.ValueOffset, table.AsSpan(0, tableBytes));
        Require(Crc32C.Compute(table.AsSpan(0, tableBytes)) == entry.ValueChecksum, file, entry.ValueOffset);
        return table;
    }

    private static void Verify(
        IFile file, in StoredEntry entry, int firstChunk, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> slots)
    {
        for (int i = 0; i * ChunkBytes < bytes.Length; i++)
        {
            bool matches = BinaryPrimitives.ReadUInt32LittleEndian(slots[(i * 4)..]) == Crc32C.Compute(Chunk(bytes, i));
            Require(matches, file,
                entry.ValueOffset + TableBytes(entry.ValueBytes) + (long)(firstChunk + i) * ChunkBytes);
        }
    }

    private static void ReadExactly(IFile file, long offset, Span<byte> destination)
    {
        if (file.Read(offset, destination) < destination.Length)
            throw new CorruptFileException(FileDefect.Damaged, file.Path, offset, "file ends within a value");
    }

    private static void Require(bool matches, IFile file, long offset)
    {
        if (!matches)
            throw new CorruptFileException(FileDefect.Damaged, file.Path, offset, "value does not match its checksum");
    }
}
