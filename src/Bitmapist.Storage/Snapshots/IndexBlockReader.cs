using System.Buffers.Binary;
using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// Reads the entries of a verified index block one after another (docs/format/database.md §3); false where one cannot
/// be read, after which nothing else is. For each entry its key first, then the rest.
/// </summary>
/// <param name="frame">The block, frame included.</param>
/// <param name="start">Where in it the next entry begins.</param>
internal ref struct IndexBlockReader(ReadOnlySpan<byte> frame, int start)
{
    private readonly ReadOnlySpan<byte> _frame = frame;
    private int _at = start;

    /// <summary>Where in the block the next byte is read.</summary>
    public readonly int At => _at;

    public readonly bool IsAtEnd => _at >= _frame.Length;

    /// <summary>Reads a key without what it shares with the one before it.</summary>
    /// <param name="keyBytesBefore">Length of the key before it.</param>
    /// <param name="sharedBytes">How much of that it begins with.</param>
    /// <param name="rest">What follows; a part of the block.</param>
    public bool TryReadKey(int keyBytesBefore, out int sharedBytes, out ReadOnlySpan<byte> rest)
    {
        rest = default;
        if (!TryReadCount(keyBytesBefore, out sharedBytes) || !TryReadCount(_frame.Length, out int restBytes))
            return false;
        if (restBytes > _frame.Length - _at - 1) return false;
        rest = _frame.Slice(_at, restBytes);
        _at += restBytes;
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
        byte kind = _frame[_at++]; // TryReadKey left room for it
        if (kind == IndexBlockBuilder.DeletionKind) return true;
        if (kind != IndexBlockBuilder.ValueKind || !TryReadCount(_frame.Length - _at, out metadataBytes)) return false;
        metadataStart = _at;
        _at += metadataBytes;
        if (_at > _frame.Length || !Varint.TryRead(_frame, ref _at, out ulong valueOffset)
            || valueOffset > long.MaxValue || !TryReadCount(StorageLimits.ValueBytesMax, out int valueBytes)
            || _at + sizeof(uint) > _frame.Length)
            return false;
        entry = new IndexEntry(
            false, (long)valueOffset, valueBytes, BinaryPrimitives.ReadUInt32LittleEndian(_frame[_at..]));
        _at += sizeof(uint);
        return true;
    }

    private bool TryReadCount(int max, out int count)
    {
        bool isRead = Varint.TryRead(_frame, ref _at, out ulong value) && value <= (uint)max;
        count = isRead ? (int)value : 0;
        return isRead;
    }
}

/// <summary>What an index run says of a key: where its value lies, or, as a tombstone, that it is deleted.</summary>
internal readonly record struct IndexEntry(bool IsDeleted, long ValueOffset, int ValueBytes, uint ValueChecksum)
{
    public static IndexEntry Deleted { get; } = new(true, 0, 0, 0);

    /// <summary>Bytes that the value occupies in the file.</summary>
    public long StoredBytes => IsDeleted ? 0 : ValueFormat.StoredBytes(ValueBytes);
}
