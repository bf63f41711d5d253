using System.Buffers.Binary;
using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>docs/format/log.md §2, little-endian: crc32c u32 | payloadBytes u32 | kind u8 | payload.</summary>
internal static class RecordFormat
{
    public const int HeaderBytes = 4 + 4 + 1;

    /// <summary>The payload of a <see cref="RecordKind.Durable"/> record: a segment sequence, u64.</summary>
    public const int DurablePayloadBytes = 8;

    /// <summary>A whole <see cref="RecordKind.Durable"/> record.</summary>
    public const int DurableBytes = HeaderBytes + DurablePayloadBytes;

    /// <summary>
    /// Writes a whole record that notes every segment up to <paramref name="sequence"/> as durable.
    /// </summary>
    public static void WriteDurable(Span<byte> record, long sequence)
    {
        Span<byte> payload = record.Slice(HeaderBytes, DurablePayloadBytes);
        BinaryPrimitives.WriteInt64LittleEndian(payload, sequence);
        WriteHeader(record, RecordKind.Durable, payload);
    }

    /// <summary>Writes the header, with the checksum, of <paramref name="payload"/>.</summary>
    public static void WriteHeader(Span<byte> header, RecordKind kind, ReadOnlySpan<byte> payload)
    {
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], payload.Length);
        header[8] = (byte)kind;
        uint crc = Crc32C.Append(Crc32C.Compute(header[4..HeaderBytes]), payload);
        BinaryPrimitives.WriteUInt32LittleEndian(header, crc);
    }

    /// <summary>Whether <paramref name="record"/>, header and whole payload, matches its checksum.</summary>
    public static bool Matches(ReadOnlySpan<byte> record) =>
        BinaryPrimitives.ReadUInt32LittleEndian(record) == Crc32C.Compute(record[4..]);

    /// <summary>Payload length as claimed by the header; above the limit when the header is nonsense.</summary>
    public static uint PayloadBytes(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);

    public static RecordKind Kind(ReadOnlySpan<byte> header) => (RecordKind)header[8];
}

/// <summary>What a record holds. The numbers are on disk (docs/format/log.md) and never change their meaning.</summary>
public enum RecordKind : byte
{
    /// <summary>Never written: zeros after a power cut must not look like a record.</summary>
    Reserved = 0,

    /// <summary>The caller's payload, opaque here.</summary>
    Batch = 1,

    /// <summary>The writer's own note that every segment up to a sequence is whole on stable storage.</summary>
    Durable = 2,
}

/// <summary>A record during recovery; the payload is valid until the callback returns.</summary>
public readonly ref struct LogRecord(string path, long offset, ReadOnlySpan<byte> payload)
{
    /// <summary>The segment file, for a caller that cannot make sense of the payload and must name it.</summary>
    public string Path { get; } = path;

    /// <summary>Where the record begins in the segment.</summary>
    public long Offset { get; } = offset;

    public ReadOnlySpan<byte> Payload { get; } = payload;
}

/// <summary>Receives the records of a log in the order they were appended.</summary>
public delegate void LogRecordHandler(in LogRecord record);
