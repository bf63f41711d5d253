namespace Bitmapist.Engine.Expiry;

/// <summary>When EXPIRE and its kin set the time; flags may be combined where Redis allows it.</summary>
[Flags]
public enum ExpireCondition
{
    None = 0,

    /// <summary>NX: the key has no expiry.</summary>
    IfNone = 1,

    /// <summary>XX: the key has an expiry.</summary>
    IfAny = 2,

    /// <summary>GT: the new time is later than the current one.</summary>
    IfLater = 4,

    /// <summary>LT: the new time is earlier than the current one, none counting as the latest.</summary>
    IfEarlier = 8,
}
