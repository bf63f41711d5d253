namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// The keys that one session watches (WATCH). Changed by the session's thread; a watch is broken by whichever thread
/// touches the key, under the lock of its shard.
/// </summary>
internal sealed class WatchedKeys(Session session)
{
    private const int WatchBytes = 200; // a watched key's places in two tables, beside its name
    private readonly HashSet<KeyId> _keys = [];
    private long _bytes;
    private volatile bool _isBroken;

    /// <summary>A watched key was touched since it was watched.</summary>
    public bool IsBroken => _isBroken;

    /// <summary>Bytes that the keys' names occupy, about. From any thread.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>The shards (one bit each) of the keys.</summary>
    public ulong Shards
    {
        get
        {
            ulong shards = 0;
            foreach (KeyId key in _keys) shards |= KeyRef.MaskOf(key.Hash);
            return shards;
        }
    }

    public void Break() => _isBroken = true;

    public void Add(ReadOnlySpan<byte> name)
    {
        var key = new KeyRef(name);
        var watched = new KeyId(session.Database, key.Hash, name.ToArray());
        if (_keys.Contains(watched)) return;
        using ShardScope scope = session.Enter(key.ShardMask);
        session.Find(key); // an expired key counts as missing from here on: its removal must not break the watch later
        _keys.Add(watched);
        Volatile.Write(ref _bytes, _bytes + name.Length + WatchBytes);
        session.Store.Shards[key.Shard].Watches.Add(watched, this);
    }

    public void Clear()
    {
        foreach (KeyId key in _keys)
        {
            int shard = HashPosition.ShardOf(key.Hash);
            using ShardScope scope = session.Enter(1UL << shard);
            session.Store.Shards[shard].Watches.Remove(key, this);
        }

        _keys.Clear();
        Volatile.Write(ref _bytes, 0);
        _isBroken = false;
    }

    /// <summary>Removes those that have expired, which breaks the watch; their shards are held.</summary>
    /// <exception cref="Bits.DiskReadException">One cannot be looked up in the database file.</exception>
    public void RemoveExpired()
    {
        foreach (KeyId key in _keys)
        {
            int place = session.Store.Places.Of(key.Database);
            session.Find(session.Store.Shards[HashPosition.ShardOf(key.Hash)], place, key.Hash, key.Name);
        }
    }
}
