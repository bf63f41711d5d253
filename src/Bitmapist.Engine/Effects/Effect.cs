using Bitmapist.Engine.Bits;

namespace Bitmapist.Engine.Effects;

/// <summary>
/// An effect read from a log record, unapplied. Names are slices of the record: valid as long as that is.
/// </summary>
/// <param name="Kind">What it does.</param>
/// <param name="Database">Where.</param>
internal readonly record struct Effect(EffectKind Kind, int Database)
{
    /// <summary>The key; the destination of a bit operation; of a rename or copy the source.</summary>
    public ReadOnlyMemory<byte> Name { get; init; }

    /// <summary>The other key of a rename or copy.</summary>
    public ReadOnlyMemory<byte> Target { get; init; }

    /// <summary>The other key's database, or the other one of a swap.</summary>
    public int TargetDatabase { get; init; }

    /// <summary>The bit that is set or cleared; the first of those that are written.</summary>
    public uint Offset { get; init; }

    /// <summary>How many bits are written.</summary>
    public long BitCount { get; init; }

    /// <summary>The bits that are written, from the most significant bit of byte 0 on.</summary>
    public ReadOnlyMemory<byte> Bits { get; init; }

    /// <summary>The string that a key is set to.</summary>
    public StringValue Value { get; init; }

    /// <summary>The expiry time that a key gets, unix milliseconds; 0: none.</summary>
    public long ExpiresAtUnixMs { get; init; }

    /// <summary>The sources of a bit operation; null for others.</summary>
    public ReadOnlyMemory<byte>[]? Sources { get; init; }

    /// <summary>The operation of a bit operation.</summary>
    public BitopKind Operation { get; init; }
}

/// <summary>Kinds of effects in a log record. Stored: never renumber (docs/format/effects.md).</summary>
internal enum EffectKind : byte
{
    SetBit = 1,
    ClearBit = 2,
    Set = 3,
    Delete = 4,

    /// <summary>Sets the expiry time; 0 removes it.</summary>
    Expire = 5,
    Rename = 6,
    Copy = 7,
    BitOp = 8,
    FlushDatabase = 9,

    /// <summary>Writes neighbouring bits.</summary>
    WriteBits = 10,

    /// <summary>Gives each of two databases the keys of the other.</summary>
    SwapDatabases = 11,
}
