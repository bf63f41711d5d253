using System.Buffers.Binary;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// Reads the entries of a proven index block one after another (docs/format/database.md §3); false where one cannot be
/// read, after which nothing else is. For each entry its key first, then the rest.
/// </summary>
/// <param name="frame">The block, frame included.</param>
/// <param name="start">Where in it the next entry begins.</param>
internal ref struct IndexBlockReader(ReadOnlySpan<byte> frame, int start)
{
    private readonly ReadOnlySpan<byte> frame = frame;
    private int at = start;

    /// <summary>Where in the block the next byte is read.</summary>
    public readonly int At => at;

    public readonly bool IsAtEnd => at >= frame.Length;

    /// <summary>Reads a key without what it shares with the one before it.</summary>
    /// <param name="keyBytesBefore">Length of the key before it.</param>
    /// <param name="sharedBytes">How much of that it begins with.</param>
    /// <param name="rest">What follows; a part of the block.</param>
    public bool TryReadKey(int keyBytesBefore, out int sharedBytes, out ReadOnlySpan<byte> rest)
    {
        rest = default;
        if (!TryReadCount(keyBytesBefore, out sharedBytes) || !TryReadCount(frame.Length, out int restBytes))
            return false;
        if (restBytes > frame.Length - at - 1) return false;
        rest = frame.Slice(at, restBytes);
        at += restBytes;
        return true;
    }

    /// <summary>Reads what follows a key.</summary>
    /// <param name="entry">What the block says of it.</param>
    /// <param name="metadataStart">Where in the block its metadata begin.</param>
    /// <param name="metadataBytes">Their length.</param>
    public bool TryReadEntry(out IndexEntry entry, out int metadataStart, out int metadataBytes)
    {
        entry = IndexEntry.Deleted;
        metadataStart = metadataBytes = 0;
        byte kind = frame[at++]; // TryReadKey left room for it
        if (kind == IndexBlockBuilder.DeletionKind) return true;
        if (kind != IndexBlockBuilder.ValueKind || !TryReadCount(frame.Length - at, out metadataBytes)) return false;
        metadataStart = at;
        at += metadataBytes;
        if (at > frame.Length || !Varint.TryRead(frame, ref at, out long valueOffset)
            || !TryReadCount(Limits.ValueBytesMax, out int valueBytes) || at + sizeof(uint) > frame.Length)
            return false;
        entry = new IndexEntry(false, valueOffset, valueBytes, BinaryPrimitives.ReadUInt32LittleEndian(frame[at..]));
        at += sizeof(uint);
        return true;
    }

    private bool TryReadCount(int max, out int count)
    {
        bool isRead = Varint.TryRead(frame, ref at, out long value) && value <= max;
        count = isRead ? (int)value : 0;
        return isRead;
    }
}
