using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Durability;
using Bitmapist.Engine.Expiry;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// All keys of all databases, in 64 shards by hash, each behind a lock held for microseconds. A command holds the
/// shards of its keys from its first look to its last effect (two-phase locking, shards in ascending order), hands its
/// effects to the log before it lets go, and computes what is long outside, on frozen values. Why every outcome is that
/// of some serial order: docs/architecture.md, "Concurrency". Keys not in a shard's table may stand in the database
/// file beneath: "The hot set" there.
/// </summary>
public sealed class KeyspaceStore
{
    /// <summary>Every shard.</summary>
    public const ulong AllShards = ulong.MaxValue;

    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private int _era;
    private long _movesOfReplaced;

    /// <param name="databases">1 … 65,535.</param>
    /// <param name="time">The clock that expiry times are compared with.</param>
    public KeyspaceStore(int databases, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(databases, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(databases, Limits.DatabasesMax);
        Databases = databases;
        _time = time;
        _startedAt = time.GetTimestamp();
        Shards = new Shard[Limits.Shards];
        for (int i = 0; i < Shards.Length; i++) Shards[i] = new Shard(i, databases);
    }

    /// <summary>Number of databases.</summary>
    public int Databases { get; }

    internal Shard[] Shards { get; }

    /// <summary>Where effects go; null while the log is replayed, and for a keyspace without a disk.</summary>
    internal LogWriter? Log { get; set; }

    /// <summary>The database file's keys beneath the resident ones; null for a keyspace without a disk.</summary>
    internal ColdKeys? Cold { get; private set; }

    /// <summary>In which names the keyspace differs from the database file.</summary>
    internal NameOverlay Names { get; } = new();

    /// <summary>Where SCANs stand.</summary>
    internal ScanCursors Cursors { get; } = new();

    /// <summary>Keys as of the start, of databases not flushed since; touched only while every shard is held.</summary>
    internal KeyTotals TotalsAtStart { get; private set; } = new();

    /// <summary>About how many bytes the resident keys occupy.</summary>
    internal MemoryGauge Memory { get; } = new();

    /// <summary>
    /// Seconds since the start as of the last sweep of the hot set; what <see cref="Entry.LastUsed"/> is told in.
    /// </summary>
    internal int Clock { get; private set; }

    internal UnfinishedCount Unfinished { get; } = new();

    internal bool HasUnfinished => Unfinished.Any;

    /// <summary>
    /// The log can keep nothing now, so nothing is changed; changes only while all shards are held.
    /// </summary>
    internal bool IsRefusing { get; private set; }

    /// <summary>
    /// Grows, while all shards are held, before anything is taken back that was seen by others: who saw or did
    /// something in an earlier era must not say so. Any thread.
    /// </summary>
    internal int Era => Volatile.Read(ref _era);

    /// <summary>The log's position up to which no change will be taken back.</summary>
    internal long RetainedPosition => Log?.RetainedPosition ?? long.MaxValue;

    /// <summary>Deletions of expired keys go to the log in records of about so many bytes at most.</summary>
    internal int ExpiredRecordBytes { get; set; } = Limits.ExpiredRecordBytes;

    /// <summary>Grows by one at each snapshot cut, while all shards are held.</summary>
    internal int Epoch { get; private set; } = 1;

    /// <summary>The last epoch whose changes are all in the database file.</summary>
    internal int SavedEpoch { get; private set; }

    /// <summary>The snapshot being taken; set and read with the shard held.</summary>
    internal SnapshotCapture? Capture { get; private set; }

    /// <summary>
    /// How often a value that lies unread in a replaced database file has come under another key: who looks for such
    /// entries may have missed one.
    /// </summary>
    internal long MovesOfReplaced => Volatile.Read(ref _movesOfReplaced);

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

    /// <summary>Brings <see cref="Clock"/> up to date.</summary>
    internal void Tick() => Clock = (int)_time.GetElapsedTime(_startedAt).TotalSeconds;

    /// <summary>Puts the database file beneath an empty keyspace.</summary>
    internal void Attach(DatabaseFile file, KeyTotals totals)
    {
        Cold = new ColdKeys(this, file);
        TotalsAtStart = totals;
        Names.Replace(file);
    }

    /// <summary>
    /// Removes keys whose time has come, in memory or not, in short holds of one shard at a time.
    /// </summary>
    /// <returns>How many were removed.</returns>
    public long RemoveExpired(Session session)
    {
        long removed = 0;
        for (int i = 0; i < Shards.Length; i++)
        {
            bool isMore = true;
            while (isMore)
            {
                using (session.Enter(1UL << i))
                    removed += RemoveExpired(session, Shards[i], Limits.ExpiredPerHold, out isMore);
                if (Log is not { } log) continue;
                // Nobody waits for these to be written, so nobody else keeps them from filling the log's buffer.
                if (log.AppendedPosition - log.WrittenPosition > Limits.ExpiredRecordBytes) log.TryWrite();
                // One that has just begun to fail has them come back until that is settled.
                isMore &= IsRefusing || log.Failure is null;
            }
        }

        return removed + (Cold?.Expiries.RemoveDue(session) ?? 0);
    }

    /// <summary>Removes expired keys of a held shard's table.</summary>
    /// <param name="session">Who holds it.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="itemsMax">How many items of the queue are looked at, those that count no more included.</param>
    /// <param name="isMore">Whether others may be due.</param>
    /// <returns>How many were removed.</returns>
    internal static int RemoveExpired(Session session, Shard shard, int itemsMax, out bool isMore)
    {
        int removed = 0;
        long now = session.NowUnixMs;
        isMore = true;
        for (int items = 0; items < itemsMax && isMore; items++)
        {
            isMore = shard.Expiries.TryTakeDue(now, out Entry? due);
            // Its database may have been flushed.
            if (due is null || shard.TableOrNull(due.Database)?.Find(due.Hash, due.Name) != due) continue;
            KeyChanges.RemoveExpired(session, shard, due);
            removed++;
        }

        return removed;
    }

    /// <summary>
    /// Makes a key of the database file resident, its bits unread; null when there is no such key. Its shard is held,
    /// and it is not in its table.
    /// </summary>
    /// <exception cref="ColdReadException">The file cannot be read.</exception>
    internal Entry? LoadCold(Shard shard, int database, ulong hash, ReadOnlySpan<byte> name)
    {
        if (Cold is not { } cold || !cold.MayHave(database, name)) return null;
        return shard.Absent.Has(database, hash, name)
            || shard.IsRemoved(database, hash, name) || Names.IsFileHidden(database)
            ? null
            : LoadCold(cold, shard, database, hash, name);
    }

    private Entry? LoadCold(ColdKeys cold, Shard shard, int database, ulong hash, ReadOnlySpan<byte> name)
    {
        if (!cold.TryFind(database, name, out StoredString key, out DatabaseFile file))
        {
            shard.NoteAbsent(database, hash, name);
            return null;
        }

        var entry = new Entry(database, hash, name.ToArray())
        {
            LengthBytes = key.LengthBytes,
            ExpiresAtUnixMs = key.ExpiresAtUnixMs,
            IsSaved = true,
            LastUsed = Clock,
        };
        entry.SetBits(PendingBits.From(new StoredSource(file, key, Memory)));
        shard.Table(database).Add(entry);
        if (entry.ExpiresAtUnixMs != 0) shard.Expiries.Schedule(entry, shard);
        shard.Loads++;
        Memory.Add(entry.MemoryBytes);
        return entry;
    }

    /// <summary>Call when an entry was given another's value; both their shards are held.</summary>
    internal void NoteMove(PendingBits value)
    {
        if (value.Stored is { } stored && stored.File != Cold?.File) Interlocked.Increment(ref _movesOfReplaced);
    }

    /// <summary>Lets a clean entry leave memory; its shard is held.</summary>
    internal static void Evict(Shard shard, Entry entry)
    {
        shard.Table(entry.Database).Remove(entry);
        entry.Release();
        shard.Evicted++;
    }

    /// <summary>Whether an entry stands in the database file as it is; its shard is held.</summary>
    internal bool IsClean(Entry entry) => entry.ModifiedEpoch <= SavedEpoch && Cold is not null;

    /// <summary>Lookups and removals since the start; the figures of shards in use may be slightly old.</summary>
    public KeyspaceStatistics Statistics()
    {
        long hits = 0, misses = 0, expired = 0, loads = 0, hotHits = 0, evicted = 0, resident = 0;
        foreach (Shard shard in Shards)
        {
            hits += Volatile.Read(ref shard.Hits);
            misses += Volatile.Read(ref shard.Misses);
            expired += Volatile.Read(ref shard.Expired);
            loads += Volatile.Read(ref shard.Loads);
            hotHits += Volatile.Read(ref shard.HotHits);
            evicted += Volatile.Read(ref shard.Evicted);
            lock (shard.Gate) resident += shard.Tables().Sum(table => table.Table.Count);
        }

        return new KeyspaceStatistics(hits, misses, expired)
        {
            Loads = loads, HotHits = hotHits, Evicted = evicted, ResidentKeys = resident, ResidentBytes = Memory.Bytes,
        };
    }

    /// <summary>Keys of a database, resident or not; all shards are held.</summary>
    internal KeyCounts Count(int database)
    {
        KeyCounts counts = TotalsAtStart[database];
        foreach (Shard shard in Shards)
            if (shard.TableOrNull(database) is { } table) counts = counts.Add(table.Change);
        return counts;
    }

    /// <summary>Keys of every database; all shards are held.</summary>
    internal KeyTotals CountAll()
    {
        var totals = new KeyTotals();
        foreach ((int database, KeyCounts counts) in TotalsAtStart.Databases) totals[database] = counts;
        foreach (Shard shard in Shards)
            foreach ((int database, KeyTable table) in shard.Tables())
                totals[database] = totals[database].Add(table.Change);
        return totals;
    }

    /// <summary>The name of some key of a database, or of none, each about as likely; null: try again.</summary>
    internal byte[]? SampleName(int database)
    {
        var random = Random.Shared;
        Shard shard = Shards[random.Next(Shards.Length)];
        long stored = Cold?.File.Entries ?? 0;
        lock (shard.Gate)
        {
            KeyTable? table = shard.TableOrNull(database);
            long resident = (table?.Count ?? 0) * (long)Shards.Length;
            if (resident > 0 && random.NextInt64(resident + stored) < resident) return table!.Sample(random)?.Name;
        }

        return stored == 0 ? null : Cold!.SampleName(database, random);
    }

    /// <summary>
    /// Takes back what a failing log does not have, and refuses changes from now on; all shards are held. Reads go on,
    /// of what was acknowledged.
    /// </summary>
    /// <returns>The log's position up to which changes stay.</returns>
    internal long Refuse(Session session)
    {
        LogWriter log = Log!;
        IsRefusing = true;
        // Both before the log forgets about these positions, and so lets go of those who wait for them. A change of the
        // log's policy meanwhile can only make it retain more.
        long retained = log.IsSyncFailed ? log.RetainedPosition : log.WrittenPosition;
        if (log.AppendedPosition > retained) Volatile.Write(ref _era, _era + 1);
        if (Capture is { } capture && capture.CutPosition > retained) AbandonCapture(capture);
        retained = log.Discard();
        Undo.To(session, retained);
        return retained;
    }

    /// <summary>The log works again: allows changes, once it has what is owed to it; all shards are held.</summary>
    internal void Allow(Session session)
    {
        IsRefusing = false;
        KeyChanges.LogOwed(session);
    }

    /// <summary>Drops what need not be kept for taking changes back, in short holds of one shard at a time.</summary>
    internal void TrimUndo()
    {
        long retained = RetainedPosition;
        foreach (Shard shard in Shards)
            lock (shard.Gate) shard.Undo.Trim(retained);
    }

    /// <summary>Whether taking changes back could bring back values that lie unread in a replaced file.</summary>
    internal bool MayRestoreFromOther(DatabaseFile current)
    {
        TrimUndo(); // what the log has by now is not taken back any more
        foreach (Shard shard in Shards)
            lock (shard.Gate)
                if (shard.Undo.RefersToOther(current)) return true;
        return false;
    }

    /// <summary>What a client is told of whose batch something was taken back.</summary>
    internal StorageException TakenBack() =>
        new(Cold?.File.Path ?? "", null, "the log could not keep this, which was taken back", Log?.Failure);

    /// <summary>Begins a snapshot of this instant; all shards are held and no other snapshot is under way.</summary>
    internal SnapshotCapture BeginCapture()
    {
        Capture = new SnapshotCapture(this);
        Epoch++;
        return Capture;
    }

    /// <summary>
    /// The snapshot under way is over without having become the database; all shards are held. Again for one that was
    /// given up meanwhile does nothing.
    /// </summary>
    internal void AbandonCapture(SnapshotCapture capture)
    {
        if (Capture != capture) return;
        Capture = null;
        capture.GiveBack();
        Names.GiveBack();
        foreach (Shard shard in Shards) shard.SavingRemoved = null;
    }

    /// <summary>What was captured stands in the database file; all shards are held.</summary>
    internal void CompleteCapture(SnapshotCapture capture, DatabaseFile file)
    {
        Capture = null;
        SavedEpoch = capture.CutEpoch;
        Names.Commit(file);
        Put(file);
        foreach (Shard shard in Shards) shard.SavingRemoved = null;
    }

    /// <summary>Another file with the same keys took the database file's place; all shards are held.</summary>
    internal void ReplaceFile(DatabaseFile file)
    {
        Names.Replace(file);
        Put(file);
    }

    private void Put(DatabaseFile file)
    {
        Cold!.Replace(file);
        foreach (Shard shard in Shards) shard.Absent.Clear();
    }
}
