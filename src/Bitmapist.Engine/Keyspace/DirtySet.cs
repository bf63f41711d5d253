namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// What a shard's next snapshot must write: changed entries, and removed keys that the database file may hold.
/// Touched only under the shard's lock.
/// </summary>
internal sealed class DirtySet
{
    private int _detached;

    /// <summary>Entries changed since the last cut; some may be detached by now, some may be listed twice.</summary>
    public List<Entry> Changed { get; private set; } = [];

    /// <summary>Keys in the database file that no longer exist.</summary>
    public HashSet<KeyId> Removed { get; private set; } = KeyIdSet.New();

    public bool IsEmpty => Changed.Count == 0 && Removed.Count == 0;

    /// <summary>
    /// Notes that an entry was removed from its table; when most of the list is such entries they are dropped.
    /// Amortised O(1).
    /// </summary>
    public void CountDetached()
    {
        const int SweepMin = 1024; // below this a sweep costs more than the memory it frees
        if (++_detached < SweepMin || _detached < Changed.Count / 2) return;
        Changed.RemoveAll(entry => entry.IsDetached);
        _detached = 0;
    }

    /// <summary>The removed keys of a database, or null when there are none. O(removed keys).</summary>
    public List<KeyId>? RemovedOf(int database)
    {
        List<KeyId>? removed = null;
        foreach (KeyId key in Removed)
            if (key.Database == database) (removed ??= []).Add(key);
        return removed;
    }

    /// <summary>Drops what belongs to a database that was emptied. O(changed entries).</summary>
    public void Forget(int database)
    {
        Changed.RemoveAll(entry => entry.Database == database);
        Removed.RemoveWhere(key => key.Database == database);
    }

    /// <summary>Starts anew; a snapshot that took the lists before keeps them.</summary>
    public void Reset()
    {
        Changed = [];
        Removed = KeyIdSet.New();
        _detached = 0;
    }
}
