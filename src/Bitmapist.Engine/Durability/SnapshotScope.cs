namespace Bitmapist.Engine.Durability;

/// <summary>What a snapshot contains.</summary>
internal enum SnapshotScope
{
    /// <summary>What changed since the last save, added to the database file.</summary>
    Changes,

    /// <summary>Every key: the database file is written anew.</summary>
    Everything,

    /// <summary>Every key, into a file of its own; what the next save must write stays as it is.</summary>
    Backup,
}
