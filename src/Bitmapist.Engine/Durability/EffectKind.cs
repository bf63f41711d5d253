namespace Bitmapist.Engine.Durability;

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
}
