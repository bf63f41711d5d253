namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// One of the keyspace's 64 parts: the keys whose hash starts with its number, of every database, and what belongs to
/// them. Everything here is touched only while <see cref="Gate"/> is held.
/// </summary>
internal sealed class Shard(KeyspaceStore store, int number, int databases)
{
    private readonly KeyTable?[] _tables = new KeyTable?[databases];
    private readonly List<int> _used = []; // databases that ever had a table here: few, of perhaps 65,535

    public int Number => number;

    public readonly Lock Gate = new();
    public readonly ExpiryQueue Expiries = new();
    public readonly WatchTable Watches = new(store);
    public readonly DirtySet Dirty = new();

    /// <summary>Changes that may have to be taken back.</summary>
    public readonly UndoLog Undo = new();

    /// <summary>Removed keys that a save under way will drop from the database file.</summary>
    public HashSet<KeyId>? SavingRemoved;

    /// <summary>
    /// Keys that the database file has not though its filters did not know: the next lookup need not read again.
    /// Forgotten when another file, or another generation of it, takes its place.
    /// </summary>
    public readonly HashSet<KeyId> Absent = KeyIdSet.New();

    /// <summary>Keys looked up in the database file and found there.</summary>
    public long Loads;

    /// <summary>Read lookups whose key was resident.</summary>
    public long HotHits;

    /// <summary>Keys evicted.</summary>
    public long Evicted;

    /// <summary>Read lookups that found, and did not find, their key.</summary>
    public long Hits, Misses;

    /// <summary>
    /// Bytes of bitmaps that keys have left to frozen values, if there are any: copied before they were written,
    /// replaced, removed or evicted.
    /// </summary>
    public long LeftBytes;

    /// <summary>Changes made.</summary>
    public long Changes;

    /// <summary>Keys removed because their time had come.</summary>
    public long Expired;

    /// <summary>Whether a key was removed though the database file still has it.</summary>
    public bool IsRemoved(int database, ulong hash, ReadOnlySpan<byte> name) =>
        Dirty.Removed.Has(database, hash, name) || (SavingRemoved?.Has(database, hash, name) ?? false);

    /// <summary>
    /// Notes a key that the database file, read, turned out not to have: mostly one that was deleted, whose deletion
    /// is there until runs are merged.
    /// </summary>
    public void NoteAbsent(int database, ulong hash, ReadOnlySpan<byte> name)
    {
        if (name.Length > EngineLimits.AbsentNameBytes) return;
        if (Absent.Count == EngineLimits.AbsentPerShard) Absent.Clear();
        Absent.Add(new KeyId(database, hash, name.ToArray()));
    }

    /// <summary>The table of a database; empty tables are made on first use.</summary>
    public KeyTable Table(int database) => _tables[database] ?? NewTable(database);

    /// <summary>The table of a database, or null while it never held a key of this shard.</summary>
    public KeyTable? TableOrNull(int database) => _tables[database];

    /// <summary>
    /// Puts another table, or none, in the place of a database's; a snapshot under way keeps walking the one it holds.
    /// </summary>
    public void ReplaceTable(int database, KeyTable? table) => _tables[database] = table;

    /// <summary>The tables that exist, with their databases.</summary>
    public IEnumerable<(int Database, KeyTable Table)> Tables()
    {
        foreach (int database in _used)
            if (_tables[database] is { } table) yield return (database, table);
    }

    private KeyTable NewTable(int database)
    {
        if (!_used.Contains(database)) _used.Add(database);
        return _tables[database] = new KeyTable();
    }
}
