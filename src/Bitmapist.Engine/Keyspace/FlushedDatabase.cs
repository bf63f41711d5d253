using Bitmapist.Engine.Names;
using Bitmapist.Engine.Stored;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// What was dropped when a database was emptied, kept until the log has that for good. Used while all shards are held.
/// </summary>
internal sealed class FlushedDatabase : IWholeChange
{
    private readonly int _database;
    private readonly KeyCounts _totalsAtStart;
    private readonly FlushedNames _names;
    private readonly KeyTable?[] _tables;
    private readonly List<KeyId>?[] _removed;
    private readonly SnapshotCapture? _saving; // what was being saved at the time
    private readonly HashSet<KeyId>?[] _savingRemoved;

    private FlushedDatabase(KeyspaceStore store, int database)
    {
        _database = database;
        _totalsAtStart = store.TotalsAtStart[database];
        _tables = Array.ConvertAll(store.Shards, shard => shard.TableOrNull(database));
        _removed = Array.ConvertAll(store.Shards, shard => shard.Dirty.RemovedOf(database));
        _saving = store.Capture;
        _savingRemoved = Array.ConvertAll(store.Shards, shard => shard.SavingRemoved);
        _names = store.Names.Flush(database);
    }

    /// <summary>Empties a database. O(keys changed since the last save).</summary>
    public static FlushedDatabase Drop(KeyspaceStore store, int database)
    {
        var flushed = new FlushedDatabase(store, database);
        foreach (Shard shard in store.Shards)
        {
            shard.ReplaceTable(database, null);
            shard.Expiries.Forget(database);
            shard.Dirty.Forget(database);
            shard.Changes++;
        }

        store.TotalsAtStart[database] = default;
        return flushed;
    }

    /// <summary>Brings everything back; what came after the flush was taken back already. O(resident keys).</summary>
    public void Restore(KeyspaceStore store)
    {
        foreach (Shard shard in store.Shards) Restore(store, shard);
        store.TotalsAtStart[_database] = _totalsAtStart;
        store.Names.Unflush(_database, _names);
        store.Disk?.Expiries.StartAnew(); // the walk passed over keys that were hidden
    }

    private void Restore(KeyspaceStore store, Shard shard)
    {
        shard.ReplaceTable(_database, _tables[shard.Number]);
        shard.Changes++;
        shard.Watches.TouchAll(store.Places.DatabaseAt(_database));
        RestoreRemoved(shard);
        var entries = new List<Entry>();
        _tables[shard.Number]?.CopyTo(entries);
        foreach (Entry entry in entries)
        {
            if (!store.IsClean(entry)) shard.Dirty.Changed.Add(entry);
            if (entry.ExpiresAtUnixMs != 0) shard.Expiries.Schedule(entry, shard);
            store.Memory.Add(entry.MemoryBytes);
        }
    }

    /// <summary>
    /// The keys that the file has though they are gone: those of before the flush, and none of what came after it, as
    /// the file has its keys back.
    /// </summary>
    private void RestoreRemoved(Shard shard)
    {
        HashSet<KeyId> removed = shard.Dirty.Removed;
        removed.RemoveWhere(key => key.Database == _database);
        foreach (KeyId key in _removed[shard.Number] ?? []) removed.Add(key);
        // What was being saved has come back, if that save failed since.
        if (_saving is not { IsAbandoned: true } || _savingRemoved[shard.Number] is not { } saving) return;
        foreach (KeyId key in saving)
        {
            if (key.Database != _database) continue;
            if (_tables[shard.Number]?.Find(key.Hash, key.Name) is { } present) present.IsSaved = true;
            else removed.Add(key);
        }
    }
}
