using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Stored;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// When keys that are not resident expire: walks the expiry index of the database file, which is in the order of time,
/// up to now. An item says that a key had that expiry time when it was saved; what has become of it since, the key
/// itself tells. Items walked over never matter again, as a key whose time is past is removed before it may be
/// evicted; unless the clock is set back, which starts the walk anew.
/// Thread-safe.
/// </summary>
internal sealed class DiskExpiries(KeyspaceStore store, DiskKeys disk)
{
    private readonly Lock _gate = new();
    private byte[] _done = KeyCodec.ExpiriesStart.ToArray();
    private long _walkedToUnixMs;
    private long _nextUnixMs; // no item that is left is earlier
    private int _files;

    /// <summary>The stored key of the last item that was dealt with, or where the index begins.</summary>
    public byte[] Done
    {
        get
        {
            lock (_gate) return _done;
        }
    }

    /// <summary>The file has become another one, perhaps with earlier items.</summary>
    public void LookAgain()
    {
        lock (_gate)
        {
            _files++;
            Volatile.Write(ref _nextUnixMs, 0);
        }
    }

    /// <summary>Items that were walked over count again.</summary>
    public void StartAnew()
    {
        lock (_gate)
        {
            _files++;
            _done = KeyCodec.ExpiriesStart.ToArray();
            Volatile.Write(ref _walkedToUnixMs, 0);
            Volatile.Write(ref _nextUnixMs, 0);
        }
    }

    /// <summary>
    /// Removes the keys of the file whose time has come, each in a hold of its shard, or in the holds that the session
    /// has already if it is in a transaction.
    /// </summary>
    /// <returns>How many were removed.</returns>
    /// <exception cref="DiskReadException">The index cannot be read.</exception>
    public long RemoveDue(Session session)
    {
        long removed = 0;
        while (session.NowUnixMs is var now
            && (now >= Volatile.Read(ref _nextUnixMs) || store.NowUnixMs < Volatile.Read(ref _walkedToUnixMs)))
        {
            int files = Volatile.Read(ref _files);
            StartAnewIfSetBack();
            DatabasePlaces numbers = disk.Numbers;
            byte[] from = [.. Done, 0];
            List<(int Database, byte[] Name)> due = Read(from, now, out byte[]? last, out long next);
            foreach ((int database, byte[] name) in due) removed += RemoveOne(session, numbers.Of(database), name);
            lock (_gate)
            {
                // What another file has below must not be passed over.
                if (_files != files) continue;
                if (last is not null && last.AsSpan().SequenceCompareTo(_done) > 0) _done = last;
                Volatile.Write(ref _nextUnixMs, next);
                Volatile.Write(ref _walkedToUnixMs, Math.Max(now, _walkedToUnixMs));
            }
        }

        return removed;
    }

    // A transaction's clock does not move, and so may be behind without having been set back.
    private void StartAnewIfSetBack()
    {
        lock (_gate)
        {
            long now = store.NowUnixMs;
            if (now >= _walkedToUnixMs) return;
            _done = KeyCodec.ExpiriesStart.ToArray();
            Volatile.Write(ref _walkedToUnixMs, now);
        }
    }

    private int RemoveOne(Session session, int place, byte[] name)
    {
        if (place >= store.Databases) return 0; // of a database that had more of them
        var key = new KeyRef(name);
        using ShardScope scope = session.Enter(key.ShardMask);
        Shard shard = store.Shards[key.Shard];
        long before = shard.Expired;
        session.Find(shard, place, key.Hash, name);
        return (int)(shard.Expired - before);
    }

    /// <summary>Some of the items up to now, and the time of the first behind them.</summary>
    private List<(int Database, byte[] Name)> Read(byte[] from, long now, out byte[]? last, out long next)
    {
        using FileHold held = disk.Hold();
        DatabaseFile file = held.File;
        var due = new List<(int, byte[])>();
        last = null;
        next = long.MaxValue;
        try
        {
            foreach (StoredEntry item in file.ReadEntries(from))
            {
                int database = KeyCodec.ReadExpiry(item.Key.Span, out next, out ReadOnlySpan<byte> name);
                if (next > now || due.Count == EngineLimits.ExpiredPerHold) return due;
                last = item.Key.ToArray();
                due.Add((database, name.ToArray()));
            }
        }
        catch (Exception failure) when (failure is StorageException or CorruptFileException or InvalidDataException)
        {
            throw new DiskReadException(file.Path, failure);
        }

        next = long.MaxValue;
        return due;
    }
}
