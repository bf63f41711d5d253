namespace Bitmapist.Engine.Durability;

/// <summary>Why a key's newest value is unknown.</summary>
internal enum LossCause
{
    /// <summary>An index block that may have named it does not prove itself: perhaps nothing newer was there.</summary>
    Index,

    /// <summary>The value does not prove itself.</summary>
    Value,

    /// <summary>The log makes it of the value of a key that is lost.</summary>
    Log,
}
