namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// Which sessions WATCH which keys of a shard. As in Redis a watch is broken by any command that signals the key as
/// modified, changed or not. Touched only under the shard's lock.
/// </summary>
internal sealed class WatchTable
{
    private readonly Dictionary<StoredKey, List<Session>> _watchers = [];

    public void Add(StoredKey key, Session session)
    {
        if (!_watchers.TryGetValue(key, out List<Session>? sessions)) _watchers.Add(key, sessions = []);
        sessions.Add(session);
    }

    public void Remove(StoredKey key, Session session)
    {
        if (!_watchers.TryGetValue(key, out List<Session>? sessions)) return;
        sessions.Remove(session);
        if (sessions.Count == 0) _watchers.Remove(key);
    }

    /// <summary>Breaks the watches on a key.</summary>
    public void Touch(int database, ulong hash, byte[] name)
    {
        if (_watchers.Count == 0) return;
        if (!_watchers.TryGetValue(new StoredKey(database, hash, name), out List<Session>? sessions)) return;
        foreach (Session session in sessions) session.BreakWatch();
    }

    /// <summary>Breaks the watches on all keys of a database.</summary>
    public void TouchAll(int database)
    {
        foreach ((StoredKey key, List<Session> sessions) in _watchers)
        {
            if (key.Database != database) continue;
            foreach (Session watcher in sessions) watcher.BreakWatch();
        }
    }

    /// <summary>Breaks the watches on keys that exist in a database about to be flushed.</summary>
    public void TouchExisting(Session session, Shard shard, int database)
    {
        foreach ((StoredKey key, List<Session> sessions) in _watchers)
        {
            if (key.Database != database || session.Find(shard, database, key.Hash, key.Name) is null) continue;
            foreach (Session watcher in sessions) watcher.BreakWatch();
        }
    }
}
