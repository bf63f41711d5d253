using System.Buffers;
using System.Buffers.Binary;
using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// Collects the entries of one index block (docs/format/database.md §3), keys ascending, each key without what it
/// shares with the one before it: varint sharedBytes | varint restBytes | rest | kind u8, and for a value
/// varint metadataBytes | metadata | varint valueOffset | varint valueBytes | crc32c u32.
/// </summary>
internal sealed class IndexBlockBuilder
{
    /// <summary>A block is closed once it has this many bytes; the last entry may carry it beyond.</summary>
    public const int TargetBytes = 4096;

    public const byte ValueKind = 1;
    public const byte DeletionKind = 2;

    private readonly ArrayBufferWriter<byte> payload = new(TargetBytes * 2);
    private byte[] lastKey = new byte[64];

    private int lastKeyBytes;

    public ReadOnlySpan<byte> Payload => payload.WrittenSpan;

    public ReadOnlySpan<byte> LastKey => lastKey.AsSpan(0, lastKeyBytes);

    public void Add(ReadOnlySpan<byte> key, in IndexEntry entry, ReadOnlySpan<byte> metadata)
    {
        int shared = payload.WrittenCount == 0 ? 0 : key.CommonPrefixLength(LastKey);
        WriteVarint(shared);
        WriteVarint(key.Length - shared);
        payload.Write(key[shared..]);
        payload.GetSpan(1)[0] = entry.IsDeleted ? DeletionKind : ValueKind;
        payload.Advance(1);
        if (!entry.IsDeleted)
        {
            WriteVarint(metadata.Length);
            payload.Write(metadata);
            WriteVarint(entry.ValueOffset);
            WriteVarint(entry.ValueBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(payload.GetSpan(4), entry.ValueChecksum);
            payload.Advance(4);
        }

        if (key.Length > lastKey.Length) lastKey = new byte[key.Length * 2];
        key.CopyTo(lastKey);
        lastKeyBytes = key.Length;
    }

    /// <summary>Begins the next block; the last key is kept for asking.</summary>
    public void Clear() => payload.ResetWrittenCount();

    private void WriteVarint(long value) =>
        payload.Advance(Varint.Write(payload.GetSpan(Varint.BytesMax), (ulong)value));
}
