using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Names;
using Bitmapist.Engine.Stored;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// All keys of all databases, in 64 shards by hash, each behind a lock held for microseconds. A command holds the
/// shards of its keys from its first look to its last effect (two-phase locking, shards in ascending order), hands its
/// effects to the log before it releases them, and computes what is long outside, on frozen values. Why every outcome
/// is that of some serial order: docs/architecture.md, "Concurrency". Keys not in a shard's table may be in the
/// database file beneath: "The hot set" there.
/// </summary>
public sealed class KeyspaceStore
{
    /// <summary>Every shard.</summary>
    public const ulong AllShards = ulong.MaxValue;

    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private int _era;
    private long _movesOfReplaced;
    private IKeyEvents? _events;
    private volatile DatabasePlaces _places = DatabasePlaces.Initial;

    /// <param name="databases">1 … 65,535.</param>
    /// <param name="time">The clock that expiry times are compared with.</param>
    public KeyspaceStore(int databases, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(databases, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(databases, EngineLimits.DatabasesMax);
        Databases = databases;
        _time = time;
        _startedAt = time.GetTimestamp();
        Shards = new Shard[EngineLimits.Shards];
        for (int i = 0; i < Shards.Length; i++) Shards[i] = new Shard(this, i, databases);
        Deferred = new DeferredOperations(this);
    }

    /// <summary>Number of databases.</summary>
    public int Databases { get; }

    internal Shard[] Shards { get; }

    /// <summary>Who is told what happens to keys; null: nobody. May change at any time.</summary>
    public IKeyEvents? Events
    {
        get => Volatile.Read(ref _events);
        set => Volatile.Write(ref _events, value);
    }

    /// <summary>Whether expired keys nobody asks for are removed in the background. From any thread.</summary>
    public bool IsExpiryCycleOn { get; set; } = true;

    /// <summary>Who is told which keys change; null: nobody. May change at any time.</summary>
    public IKeyChanges? ChangeListener
    {
        get => Shards[0].Watches.Changes;
        set
        {
            foreach (Shard shard in Shards) shard.Watches.Changes = value;
        }
    }

    /// <summary>Where the keys of each database are; changes only while all shards are held.</summary>
    internal DatabasePlaces Places
    {
        get => _places;
        set => _places = value;
    }

    /// <summary>Where effects go; null while the log is replayed, and for a keyspace without a disk.</summary>
    internal LogWriter? Log { get; set; }

    /// <summary>The database file's keys beneath the resident ones; null for a keyspace without a disk.</summary>
    internal DiskKeys? Disk { get; private set; }

    /// <summary>In which names the keyspace differs from the database file.</summary>
    internal NameOverlay Names { get; } = new();

    /// <summary>Where SCANs under way go on.</summary>
    internal ScanCursors Cursors { get; } = new();

    /// <summary>Keys as of the start, of databases not flushed since; touched only while every shard is held.</summary>
    internal KeyTotals TotalsAtStart { get; private set; } = new();

    /// <summary>About how many bytes the resident keys occupy.</summary>
    internal MemoryGauge Memory { get; } = new();

    /// <summary>
    /// Seconds since the start as of the last sweep of the hot set; what <see cref="Entry.LastUsed"/> is told in.
    /// </summary>
    internal int Clock { get; private set; }

    /// <summary>What bit operations that are decided and not computed keep in memory.</summary>
    internal DeferredOperations Deferred { get; }

    /// <summary>
    /// The log can keep nothing now, so nothing is changed; changes only while all shards are held.
    /// </summary>
    internal bool IsRefusing { get; set; }

    /// <summary>
    /// Grows, while all shards are held, before anything is taken back that was seen by others: who saw or did
    /// something in an earlier era must not say so. Any thread.
    /// </summary>
    internal int Era
    {
        get => Volatile.Read(ref _era);
        set => Volatile.Write(ref _era, value);
    }

    /// <summary>The log's position up to which no change will be taken back.</summary>
    internal long RetainedPosition => Log?.RetainedPosition ?? long.MaxValue;

    /// <summary>Deletions of expired keys go to the log in records of about so many bytes at most.</summary>
    internal int ExpiredRecordBytes { get; set; } = EngineLimits.ExpiredRecordBytes;

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

    /// <summary>What keys have left to frozen values since the start, in bytes; read without the shards.</summary>
    internal long LeftBytes
    {
        get
        {
            long bytes = 0;
            foreach (Shard shard in Shards) bytes += Volatile.Read(ref shard.LeftBytes);
            return bytes;
        }
    }

    internal long NowUnixMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Brings <see cref="Clock"/> up to date.</summary>
    internal void Tick() => Clock = (int)_time.GetElapsedTime(_startedAt).TotalSeconds;

    /// <summary>Puts the database file beneath an empty keyspace.</summary>
    internal void Attach(DatabaseFile file, KeyTotals totals)
    {
        Disk = new DiskKeys(this, file);
        TotalsAtStart = totals;
        Names.Replace(file, DatabasePlaces.Initial.DatabaseAt);
    }

    /// <summary>
    /// Makes a key of the database file resident, its bits unread; null when there is no such key. Its shard is held,
    /// and it is not in its table.
    /// </summary>
    /// <exception cref="DiskReadException">The index cannot be read.</exception>
    internal Entry? LoadFromDisk(Shard shard, int database, ulong hash, ReadOnlySpan<byte> name)
    {
        if (Disk is not { } disk || !disk.MayHave(database, name)) return null;
        return shard.Absent.Has(database, hash, name)
            || shard.IsRemoved(database, hash, name) || Names.IsFileHidden(database)
            ? null
            : disk.Load(shard, database, hash, name);
    }

    /// <summary>Call when an entry was given another's value; both their shards are held.</summary>
    internal void NoteMove(PendingBits value)
    {
        if (value.Stored is { } stored && stored.File != Disk?.File) Interlocked.Increment(ref _movesOfReplaced);
    }

    /// <summary>Evicts a clean entry; its shard is held.</summary>
    internal static void Evict(Shard shard, Entry entry)
    {
        shard.Table(entry.Database).Remove(entry);
        shard.LeftBytes += entry.BitsBytes;
        entry.Release();
        shard.Evicted++;
    }

    /// <summary>Whether the database file has an entry as it is; its shard is held.</summary>
    internal bool IsClean(Entry entry) => entry.ModifiedEpoch <= SavedEpoch && Disk is not null;

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
        long stored = Disk?.File.Entries ?? 0;
        lock (shard.Gate)
        {
            KeyTable? table = shard.TableOrNull(database);
            long resident = (table?.Count ?? 0) * (long)Shards.Length;
            if (resident > 0 && random.NextInt64(resident + stored) < resident) return table!.Sample(random)?.Name;
        }

        return stored == 0 ? null : Disk!.SampleName(database, random);
    }

    /// <summary>What a client is told of whose batch something was taken back.</summary>
    internal StorageException TakenBack() =>
        new(Disk?.File.Path ?? "", null, "the log could not keep this, which was taken back", Log?.Failure);

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

    /// <summary>What was captured is in the database file; all shards are held.</summary>
    internal void CompleteCapture(SnapshotCapture capture, DatabaseFile file)
    {
        Capture = null;
        SavedEpoch = capture.CutEpoch;
        Names.Commit(file, capture.Places.DatabaseAt);
        Put(file, capture.Places);
        foreach (Shard shard in Shards) shard.SavingRemoved = null;
    }

    /// <summary>Another file with the same keys took the database file's place; all shards are held.</summary>
    internal void ReplaceFile(DatabaseFile file)
    {
        // A save may have failed when its file was in place already.
        DatabasePlaces numbers = Disk!.NumbersOf(file);
        Names.Replace(file, numbers.DatabaseAt);
        Put(file, numbers);
    }

    private void Put(DatabaseFile file, DatabasePlaces numbers)
    {
        Disk!.Replace(file, numbers);
        foreach (Shard shard in Shards) shard.Absent.Clear();
    }
}
