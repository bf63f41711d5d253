using System.Diagnostics;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Durability;
using Bitmapist.Storage.Log;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// All keys of all databases, in 64 shards by hash, each behind a lock held for microseconds. A command holds the
/// shards of its keys from its first look to its last effect (two-phase locking, shards in ascending order), hands its
/// effects to the log before it lets go, and computes what is long outside, on frozen values. Why every outcome is that
/// of some serial order: docs/architecture.md, "Concurrency".
/// </summary>
public sealed class KeyspaceStore
{
    /// <summary>Every shard.</summary>
    public const ulong AllShards = ulong.MaxValue;

    private readonly TimeProvider _time;

    /// <param name="databases">1 … 65,536.</param>
    /// <param name="time">The clock that expiry times are compared with.</param>
    public KeyspaceStore(int databases, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(databases, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(databases, Limits.DatabasesMax);
        Databases = databases;
        _time = time;
        Shards = new Shard[Limits.Shards];
        for (int i = 0; i < Shards.Length; i++) Shards[i] = new Shard(i, databases);
    }

    /// <summary>Number of databases.</summary>
    public int Databases { get; }

    internal Shard[] Shards { get; }

    /// <summary>Where effects go; null while the log is replayed, and for a keyspace without a disk.</summary>
    internal LogWriter? Log { get; set; }

    internal UnfinishedCount Unfinished { get; } = new();

    internal bool HasUnfinished => Unfinished.Any;

    /// <summary>Grows by one at each snapshot cut, while all shards are held.</summary>
    internal int Epoch { get; private set; } = 1;

    /// <summary>The snapshot being taken; set and read with the shard held.</summary>
    internal SnapshotCapture? Capture { get; private set; }

    /// <summary>Changes made since the start; read without the shards, so perhaps slightly old.</summary>
    internal long Changes
    {
        get
        {
            long changes = 0;
            foreach (Shard shard in Shards) changes += Volatile.Read(ref shard.Changes);
            return changes;
        }
    }

    internal long NowUnixMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Removes keys whose time has come, in short holds of one shard at a time.</summary>
    /// <returns>How many were removed.</returns>
    public long RemoveExpired(Session session)
    {
        long removed = 0;
        for (int i = 0; i < Shards.Length; i++)
        {
            int inThisHold;
            do
            {
                using ShardScope scope = session.Enter(1UL << i);
                inThisHold = RemoveExpired(session, Shards[i], Limits.ExpiredPerHold);
                removed += inThisHold;
            }
            while (inThisHold == Limits.ExpiredPerHold);
        }

        return removed;
    }

    /// <summary>Removes up to <paramref name="countMax"/> expired keys of a held shard.</summary>
    internal static int RemoveExpired(Session session, Shard shard, int countMax)
    {
        int removed = 0;
        long now = session.NowUnixMs;
        while (removed < countMax && shard.Expiries.NextDue(now) is { } due)
        {
            if (shard.TableOrNull(due.Database)?.Find(due.Hash, due.Name) != due) continue; // its database was flushed
            session.Store.RemoveExpired(shard, due, session.Effects);
            removed++;
        }

        return removed;
    }

    internal void RemoveExpired(Shard shard, Entry entry, EffectBuffer effects)
    {
        shard.Expired++;
        // Nothing can follow in a log that has failed, so a replay finds the key expired again; and a read goes on.
        if (Log is not { Failure: not null }) effects.Delete(entry.Database, entry.Name);
        Remove(shard, entry);
    }

    /// <summary>A new, empty entry for a key that does not exist; its shard is held.</summary>
    internal Entry Add(Shard shard, int database, ulong hash, ReadOnlySpan<byte> name)
    {
        var entry = new Entry(database, hash, name.ToArray()) { ModifiedEpoch = Epoch };
        shard.Table(database).Add(entry);
        shard.Changes++;
        DirtySet dirty = shard.Dirty;
        dirty.Changed.Add(entry);
        if (dirty.Removed.Count > 0)
            entry.IsSaved = dirty.Removed.Remove(new StoredKey(database, hash, entry.Name));
        shard.Watches.Touch(database, hash, entry.Name);
        return entry;
    }

    /// <summary>Lookups and removals since the start; the figures of shards in use may be slightly old.</summary>
    public KeyspaceStatistics Statistics()
    {
        long hits = 0, misses = 0, expired = 0;
        foreach (Shard shard in Shards)
        {
            hits += Volatile.Read(ref shard.Hits);
            misses += Volatile.Read(ref shard.Misses);
            expired += Volatile.Read(ref shard.Expired);
        }

        return new KeyspaceStatistics(hits, misses, expired);
    }

    /// <summary>Everything there is stands in the database file: nothing is dirty. All shards are held.</summary>
    internal void MarkSaved()
    {
        Epoch++;
        foreach (Shard shard in Shards)
        {
            foreach (Entry entry in shard.Dirty.Changed) entry.IsSaved = true;
            shard.Dirty.Reset();
            shard.Changes = 0;
        }
    }

    /// <summary>
    /// Call before a change of an entry, with its shard held. A change of an entry that was changed in this epoch
    /// already may be noted by <see cref="AfterChange"/> instead.
    /// </summary>
    internal void BeforeChange(Shard shard, Entry entry)
    {
        AfterChange(shard, entry);
        if (entry.ModifiedEpoch == Epoch) return;
        Capture?.Preserve(shard, entry);
        entry.ModifiedEpoch = Epoch;
        shard.Dirty.Changed.Add(entry);
    }

    /// <summary>Counts a change and breaks the watches on its key.</summary>
    internal void AfterChange(Shard shard, Entry entry)
    {
        Debug.Assert(shard.Gate.IsHeldByCurrentThread, "An entry is touched only while its shard is held.");
        shard.Changes++;
        shard.Watches.Touch(entry.Database, entry.Hash, entry.Name);
    }

    /// <summary>Sets an entry's expiry time (0: none); its shard is held.</summary>
    internal void SetExpiry(Shard shard, Entry entry, long expiresAtUnixMs)
    {
        if (entry.ExpiresAtUnixMs == expiresAtUnixMs) return;
        BeforeChange(shard, entry);
        shard.Table(entry.Database).CountExpiry(entry.ExpiresAtUnixMs, expiresAtUnixMs);
        entry.ExpiresAtUnixMs = expiresAtUnixMs;
        if (expiresAtUnixMs == 0) return;
        shard.Expiries.Schedule(entry, shard);
    }

    /// <summary>Removes an entry; its shard is held.</summary>
    internal void Remove(Shard shard, Entry entry)
    {
        BeforeChange(shard, entry);
        shard.Table(entry.Database).Remove(entry);
        entry.Release();
        shard.Dirty.CountDetached();
        if (entry.IsSaved) shard.Dirty.Removed.Add(new StoredKey(entry.Database, entry.Hash, entry.Name));
    }

    /// <summary>Drops every key of a database in O(1) per shard; all shards are held.</summary>
    internal void Flush(int database)
    {
        foreach (Shard shard in Shards)
        {
            if (shard.TableOrNull(database) is not { } table) continue;
            shard.Watches.TouchExisting(database, table);
            shard.Changes += table.Count;
            shard.DropTable(database);
            if (table.ExpiringCount > 0) shard.Expiries.Forget(database);
            shard.Dirty.IsFlushed = true;
            shard.Dirty.Removed.RemoveWhere(key => key.Database == database);
        }
    }

    /// <summary>Begins a snapshot of this instant; all shards are held and no other snapshot is under way.</summary>
    internal SnapshotCapture BeginCapture(Func<int, SnapshotCapture> create)
    {
        SnapshotCapture capture = create(Epoch);
        Epoch++;
        Capture = capture;
        return capture;
    }

    internal void EndCapture() => Capture = null;
}
