using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Engine.Durability;

/// <summary>
/// What a shard's next snapshot must write: changed entries, and removed keys that the database file may hold.
/// Touched only under the shard's lock.
/// </summary>
internal sealed class DirtySet
{
    /// <summary>Entries changed since the last cut; some may be detached by now, some may stand twice.</summary>
    public List<Entry> Changed { get; private set; } = [];

    /// <summary>Keys in the database file that no longer exist.</summary>
    public HashSet<StoredKey> Removed { get; private set; } = [];

    /// <summary>A database was emptied: the file is written anew instead of a tombstone per key.</summary>
    public bool IsFlushed { get; set; }

    public bool IsEmpty => Changed.Count == 0 && Removed.Count == 0 && !IsFlushed;

    /// <summary>Starts anew; whoever took the lists before keeps them.</summary>
    public void Reset()
    {
        Changed = [];
        Removed = [];
        IsFlushed = false;
    }
}
