namespace Bitmapist.Engine.Durability;

/// <summary>When a repair writes an older version of a key whose newest value it cannot read.</summary>
public enum OlderVersions
{
    /// <summary>
    /// Where an index block is damaged: most of the keys that it may have named have not changed since, and their
    /// values are whole. Not where the newest value is: that one is known to have been different.
    /// </summary>
    WhereIndexIsDamaged,

    /// <summary>There, and in place of damaged values.</summary>
    Always,
}
