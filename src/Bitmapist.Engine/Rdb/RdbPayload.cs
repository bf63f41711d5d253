using System.Buffers.Binary;
using Bitmapist.Engine.Bits;
using Bitmapist.Storage.Files;

namespace Bitmapist.Engine.Rdb;

/// <summary>What is wrong with a payload.</summary>
public enum PayloadDefect
{
    None,

    /// <summary>Its version is newer, or it does not match its checksum.</summary>
    Footer,

    /// <summary>It is of another type than a string, or malformed.</summary>
    Format,
}

/// <summary>
/// A value as DUMP gives it and RESTORE takes it: its type and itself as in an RDB file, then the format's version (two
/// bytes, little-endian) and a CRC-64 of all that (eight, likewise).
/// </summary>
public static class RdbPayload
{
    /// <summary>The version of the format: Redis 7.0's.</summary>
    public const int Version = 10;

    internal const byte StringType = 0;
    internal const int FooterBytes = sizeof(ushort) + sizeof(ulong);

    /// <summary>
    /// Reads a payload. A compressed string is expanded piece by piece into its bits. O(payload + the string's bytes).
    /// </summary>
    /// <param name="payload">The payload.</param>
    /// <param name="value">The string, if nothing is wrong.</param>
    public static PayloadDefect TryRead(ReadOnlyMemory<byte> payload, out StringValue value)
    {
        value = StringValue.Empty;
        if (!HasGoodFooter(payload.Span)) return PayloadDefect.Footer;
        int end = payload.Length - FooterBytes;
        if (end == 0 || payload.Span[0] != StringType) return PayloadDefect.Format;
        var input = new SourceInput(new MemoryBytes(payload, "payload"), 1, end);
        try
        {
            RdbString head = RdbString.ReadHead(input);
            if (head.LengthBytes is < 0 or > EngineLimits.StringBytes) return PayloadDefect.Format;
            var bits = new BitsSink();
            new RdbStringReader(input).Read(head, bits);
            if (!input.IsAtEnd) return PayloadDefect.Format;
            value = bits.ToValue();
            return PayloadDefect.None;
        }
        catch (CorruptFileException)
        {
            return PayloadDefect.Format;
        }
    }

    /// <summary>
    /// About how many bytes reading a payload makes: its string's, or its own where that cannot be told. O(1).
    /// </summary>
    public static long MeasureBytes(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length <= FooterBytes) return payload.Length;
        var input = new SourceInput(new MemoryBytes(payload, "payload"), 1, payload.Length - FooterBytes);
        try
        {
            return Math.Max(payload.Length, RdbString.ReadHead(input).LengthBytes);
        }
        catch (CorruptFileException)
        {
            return payload.Length;
        }
    }

    private static bool HasGoodFooter(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < FooterBytes) return false;
        ReadOnlySpan<byte> footer = payload[^FooterBytes..];
        return BinaryPrimitives.ReadUInt16LittleEndian(footer) <= Version
            && BinaryPrimitives.ReadUInt64LittleEndian(footer[sizeof(ushort)..])
            == Crc64.Append(0, payload[..^sizeof(ulong)]);
    }
}
