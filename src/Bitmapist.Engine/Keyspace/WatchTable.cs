namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// Which sessions WATCH which keys of a shard. As in Redis a watch is broken by any command that signals the key as
/// modified, changed or not. Touched only under the shard's lock.
/// </summary>
internal sealed class WatchTable(KeyspaceStore store)
{
    private readonly Dictionary<KeyId, List<WatchedKeys>> _watchers = [];

    private IKeyChanges? _changes;

    /// <summary>Who is told which keys change; null: nobody. From any thread.</summary>
    public IKeyChanges? Changes
    {
        get => Volatile.Read(ref _changes);
        set => Volatile.Write(ref _changes, value);
    }

    public void Add(KeyId key, WatchedKeys watcher)
    {
        if (!_watchers.TryGetValue(key, out List<WatchedKeys>? watchers)) _watchers.Add(key, watchers = []);
        watchers.Add(watcher);
    }

    public void Remove(KeyId key, WatchedKeys watcher)
    {
        if (!_watchers.TryGetValue(key, out List<WatchedKeys>? watchers)) return;
        watchers.Remove(watcher);
        if (watchers.Count == 0) _watchers.Remove(key);
    }

    /// <summary>Breaks the watches on a key, and tells who wants to know that it changed.</summary>
    /// <param name="place">The place of its database.</param>
    /// <param name="hash">The hash of its name.</param>
    /// <param name="name">Its name.</param>
    public void Touch(int place, ulong hash, byte[] name)
    {
        if (_watchers.Count == 0 && _changes is null) return;
        int database = store.Places.DatabaseAt(place);
        _changes?.Changed(database, name);
        var key = new KeyId(database, hash, name);
        if (!_watchers.TryGetValue(key, out List<WatchedKeys>? watchers)) return;
        foreach (WatchedKeys watcher in watchers) watcher.Break();
    }

    /// <summary>Breaks the watches on all keys of a database.</summary>
    public void TouchAll(int database)
    {
        foreach ((KeyId key, List<WatchedKeys> watchers) in _watchers)
        {
            if (key.Database != database) continue;
            foreach (WatchedKeys watcher in watchers) watcher.Break();
        }
    }

    /// <summary>Breaks the watches on keys that exist in a database about to be flushed.</summary>
    public void TouchExisting(Session session, Shard shard, int database)
    {
        foreach ((KeyId key, List<WatchedKeys> watchers) in _watchers)
        {
            if (key.Database != database || !Exists(session, shard, key, database)) continue;
            foreach (WatchedKeys watcher in watchers) watcher.Break();
        }
    }

    /// <summary>
    /// Breaks the watches on keys of two databases about to be swapped that exist in either of them, as Redis does.
    /// </summary>
    public void TouchSwapped(Session session, Shard shard, int one, int other)
    {
        foreach ((KeyId key, List<WatchedKeys> watchers) in _watchers)
        {
            if (key.Database != one && key.Database != other) continue;
            if (!Exists(session, shard, key, one) && !Exists(session, shard, key, other)) continue;
            foreach (WatchedKeys watcher in watchers) watcher.Break();
        }
    }

    private bool Exists(Session session, Shard shard, KeyId key, int database) =>
        session.Find(shard, store.Places.Of(database), key.Hash, key.Name) is not null;
}
