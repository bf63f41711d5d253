using Bitmapist.Engine.Bits;
using Bitmapist.Roaring;

namespace Bitmapist.Engine.Durability;

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
            || length > Limits.StringBytes || bits > length * 8 || expiresAt > long.MaxValue)
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
        if (consumed != serializedBits.Length || lengthBytes is < 0 or > Limits.StringBytes)
            throw new InvalidDataException("a stored string's length is malformed");
        if (stored!.TryMax(out uint max) && max >= lengthBytes * 8)
            throw new InvalidDataException($"a stored string of {lengthBytes} bytes has bit {max}");
        return stored;
    }
}
