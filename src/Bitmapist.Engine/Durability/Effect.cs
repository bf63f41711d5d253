using Bitmapist.Engine.Bits;

namespace Bitmapist.Engine.Durability;

/// <summary>An effect read from a log record, unapplied. Slices of the record: valid as long as that is.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Database">Where.</param>
/// <param name="Encoded">All its bytes, which a replay takes.</param>
internal readonly record struct Effect(EffectKind Kind, int Database, ReadOnlyMemory<byte> Encoded)
{
    /// <summary>The key; the destination of a bit operation.</summary>
    public ReadOnlyMemory<byte> Name { get; init; }

    /// <summary>The other key of a rename or copy.</summary>
    public ReadOnlyMemory<byte> Target { get; init; }

    /// <summary>The other key's database.</summary>
    public int TargetDatabase { get; init; }

    /// <summary>The sources of a bit operation; null for others.</summary>
    public ReadOnlyMemory<byte>[]? Sources { get; init; }

    /// <summary>The operation of a bit operation.</summary>
    public BitOperation Operation { get; init; }
}
