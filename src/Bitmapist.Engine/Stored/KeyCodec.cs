using System.Buffers.Binary;

namespace Bitmapist.Engine.Stored;

/// <summary>
/// Keys of the database file (docs/format/effects.md, last section): the keyspace's own, and behind them what the
/// engine keeps for itself under the database number that no database has.
/// </summary>
internal static class KeyCodec
{
    public const int DatabaseBytes = 2; // big-endian, so that the index sorts by database first
    private const byte TotalsKind = 1;
    private const byte ExpiryKind = 2;
    private const int ExpiryHeadBytes = EngineLimits.KeyPrefixBytes - DatabaseBytes; // number, kind, time

    /// <summary>Where the keys of a database end and those of the next begin.</summary>
    public static byte[] StartOf(int database) => [(byte)(database >> 8), (byte)database];

    /// <summary>The key of the totals.</summary>
    public static ReadOnlySpan<byte> Totals => [0xFF, 0xFF, TotalsKind];

    /// <summary>Where the expiry index begins; it reaches to the end of the file's index.</summary>
    public static ReadOnlySpan<byte> ExpiriesStart => [0xFF, 0xFF, ExpiryKind];

    /// <summary>Stored key: the database number in two bytes, then the name.</summary>
    public static void Write(int database, ReadOnlySpan<byte> name, List<byte> destination)
    {
        Span<byte> prefix = stackalloc byte[DatabaseBytes];
        BinaryPrimitives.WriteUInt16BigEndian(prefix, (ushort)database);
        destination.Clear();
        destination.AddRange(prefix);
        destination.AddRange(name);
    }

    /// <summary>An item of the expiry index: it sorts by time first.</summary>
    public static void WriteExpiry(
        int database, ReadOnlySpan<byte> name, long expiresAtUnixMs, List<byte> destination)
    {
        Span<byte> head = stackalloc byte[EngineLimits.KeyPrefixBytes];
        ExpiriesStart.CopyTo(head);
        BinaryPrimitives.WriteInt64BigEndian(head[(DatabaseBytes + 1)..], expiresAtUnixMs);
        BinaryPrimitives.WriteUInt16BigEndian(head[ExpiryHeadBytes..], (ushort)database);
        destination.Clear();
        destination.AddRange(head);
        destination.AddRange(name);
    }

    /// <summary>Whether a stored key is one of the keyspace's own.</summary>
    public static bool IsOfKeyspace(ReadOnlySpan<byte> stored) => !stored.StartsWith(Totals[..DatabaseBytes]);

    /// <summary>Splits a stored key of the keyspace.</summary>
    /// <exception cref="InvalidDataException">It is too short.</exception>
    public static int Read(ReadOnlySpan<byte> stored, out ReadOnlySpan<byte> name)
    {
        if (stored.Length < DatabaseBytes)
            throw new InvalidDataException("a stored key is shorter than its database number");
        name = stored[DatabaseBytes..];
        return BinaryPrimitives.ReadUInt16BigEndian(stored);
    }

    /// <summary>Splits an item of the expiry index.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static int ReadExpiry(ReadOnlySpan<byte> stored, out long expiresAtUnixMs, out ReadOnlySpan<byte> name)
    {
        if (stored.Length < EngineLimits.KeyPrefixBytes || !stored.StartsWith(ExpiriesStart))
            throw new InvalidDataException("an item of the expiry index is malformed");
        expiresAtUnixMs = BinaryPrimitives.ReadInt64BigEndian(stored[(DatabaseBytes + 1)..]);
        return Read(stored[ExpiryHeadBytes..], out name);
    }
}
