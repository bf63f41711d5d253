namespace Bitmapist.Storage.Snapshots;

/// <summary>What an index run says of a key: where its value lies, or that the key is deleted.</summary>
internal readonly record struct IndexEntry(bool IsDeleted, long ValueOffset, int ValueBytes, uint ValueChecksum)
{
    public static IndexEntry Deleted { get; } = new(true, 0, 0, 0);

    /// <summary>Bytes that the value occupies in the file.</summary>
    public long StoredBytes => IsDeleted ? 0 : ValueFormat.StoredBytes(ValueBytes);
}
