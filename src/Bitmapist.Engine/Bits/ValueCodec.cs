using Bitmapist.Roaring;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Bits;

/// <summary>Values and their metadata as the database file has them (docs/format/effects.md, last section).</summary>
internal static class ValueCodec
{
    /// <summary>Stored metadata: length in bytes, cardinality and expiry time (0: none) as varints.</summary>
    public static int WriteMetadata(
        long lengthBytes, long cardinality, long expiresAtUnixMs, Span<byte> destination)
    {
        int count = Varint.Write(destination, (ulong)lengthBytes);
        count += Varint.Write(destination[count..], (ulong)cardinality);
        return count + Varint.Write(destination[count..], (ulong)expiresAtUnixMs);
    }

    /// <summary>Bytes that metadata may need.</summary>
    public const int MetadataBytesMax = 3 * Varint.BytesMax;

    /// <summary>Reads metadata.</summary>
    /// <exception cref="InvalidDataException">It is not what <see cref="WriteMetadata"/> writes.</exception>
    public static void ReadMetadata(
        ReadOnlySpan<byte> metadata, out long lengthBytes, out long cardinality, out long expiresAtUnixMs)
    {
        if (!Varint.TryRead(ref metadata, out ulong length)
            || !Varint.TryRead(ref metadata, out ulong bits)
            || !Varint.TryRead(ref metadata, out ulong expiresAt)
            || length > EngineLimits.StringBytes || bits > length * 8 || expiresAt > long.MaxValue)
        {
            throw new InvalidDataException("a stored key's metadata is malformed");
        }

        lengthBytes = (long)length;
        cardinality = (long)bits;
        expiresAtUnixMs = (long)expiresAt;
    }

    /// <summary>A value from its length and its serialized bits, whose checksum the caller has verified.</summary>
    /// <exception cref="InvalidDataException">The bits are malformed or lie beyond the length.</exception>
    public static StringValue Read(long lengthBytes, ReadOnlyMemory<byte> serializedBits) =>
        new(lengthBytes, PendingBits.Ready(ReadBits(lengthBytes, serializedBits).ToFrozen()));

    /// <summary>The bits alone, in place.</summary>
    /// <exception cref="InvalidDataException">The bits are malformed or lie beyond the length.</exception>
    public static SerializedBitmap ReadBits(long lengthBytes, ReadOnlyMemory<byte> serializedBits)
    {
        if (!SerializedBitmap.TryRead(serializedBits, out SerializedBitmap? stored, out int consumed,
            out string? reason))
            throw new InvalidDataException($"a stored bitmap is malformed: {reason}");
        if (consumed != serializedBits.Length || lengthBytes is < 0 or > EngineLimits.StringBytes)
            throw new InvalidDataException("a stored string's length is malformed");
        if (stored!.TryMax(out uint max) && max >= lengthBytes * 8)
            throw new InvalidDataException($"a stored string of {lengthBytes} bytes has bit {max}");
        return stored;
    }

    /// <summary>Reads a value from a database file. O(bytes).</summary>
    /// <exception cref="CorruptFileException">It does not match its checksum, or is malformed.</exception>
    public static StringValue ReadFrom(DatabaseFile file, in StoredEntry stored, long lengthBytes) =>
        new(lengthBytes, PendingBits.Ready(ReadBitsFrom(file, stored, lengthBytes).ToFrozen()));

    /// <summary>Reads a value's bits in their serialized form, validated, as an operand for one operation.</summary>
    /// <exception cref="CorruptFileException">They do not match their checksum, or are malformed.</exception>
    public static SerializedBitmap ReadBitsFrom(DatabaseFile file, in StoredEntry stored, long lengthBytes)
    {
        byte[] value = new byte[stored.ValueBytes];
        file.ReadValue(stored, value);
        try
        {
            return ReadBits(lengthBytes, value);
        }
        catch (InvalidDataException malformed)
        {
            throw new CorruptFileException(FileDefect.Damaged, file.Path, stored.ValueOffset, malformed.Message);
        }
    }
}
