namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// A key of a database file and where its value lies. The location stays valid for the life of the file that gave
/// it, and is enough by itself: <c>new StoredEntry(default, default, offset, bytes, checksum)</c> reads the value.
/// </summary>
/// <param name="Key">The key; it keeps some hundred neighbours in memory, so copy it to keep it.</param>
/// <param name="Metadata">The caller's bytes beside the key, under the same rule.</param>
/// <param name="ValueOffset">Where the value's bytes begin in the file, its chunk checksums included.</param>
/// <param name="ValueBytes">Length of the value in bytes, without chunk checksums.</param>
/// <param name="ValueChecksum">CRC-32C of the value, or of its chunk checksums if there are several.</param>
public readonly record struct StoredEntry(
    ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Metadata, long ValueOffset, int ValueBytes, uint ValueChecksum);
