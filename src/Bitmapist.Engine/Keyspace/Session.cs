using System.Diagnostics;
using BitOperations = System.Numerics.BitOperations;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Durability;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// One client's door to the data: the selected database, the keys it watches, the transaction it runs. The verbs are
/// extension methods (BitVerbs, StringVerbs, KeyVerbs, ExpiryVerbs); every verb holds the shards of its keys while it
/// runs and has the effect of running alone. Used by one thread at a time.
/// </summary>
public sealed class Session(KeyspaceStore store) : IDisposable
{
    private const int NoEra = -1;
    private const int WatchBytes = 200; // a watched key's places in two tables, beside its name
    private readonly HashSet<StoredKey> _watched = [];
    private readonly List<DatabaseFile> _files = []; // held for values given out that are still in them
    private long _watchedBytes;
    private ulong _held;
    private long _transactionNowUnixMs;
    private bool _isTransactionComplete;
    private int _era = NoEra; // of the first hold since the last commit
    private volatile bool _isWatchBroken;

    /// <summary>The selected database, below <see cref="KeyspaceStore.Databases"/>.</summary>
    public int Database { get; set; }

    /// <summary>How many databases there are.</summary>
    public int Databases => store.Databases;

    /// <summary>A watched key was touched since it was watched; EXEC must then refuse.</summary>
    public bool IsWatchBroken => _isWatchBroken;

    /// <summary>Bytes that the watched keys' names occupy, about. From any thread.</summary>
    public long WatchedBytes => Volatile.Read(ref _watchedBytes);

    internal KeyspaceStore Store => store;

    /// <summary>Some bit operation somewhere is decided and not yet computed.</summary>
    public bool HasUnfinished => store.HasUnfinished;

    /// <summary>What the session changed and did not hand to the log yet.</summary>
    internal Journal Journal => field ??= new Journal(this);

    /// <summary>What a replay must do.</summary>
    internal EffectBuffer Effects => Journal.Effects;

    /// <summary>Something that the session saw or did since its last commit was taken back.</summary>
    internal bool IsOutdated => _era != NoEra && _era != store.Era;

    internal bool InTransaction { get; private set; }

    /// <summary>The log is being replayed: nothing expires, and nobody is acknowledged.</summary>
    internal bool IsReplaying => InTransaction && _transactionNowUnixMs == 0;

    /// <summary>Unix milliseconds; stands still during a transaction, as in Redis.</summary>
    public long NowUnixMs => InTransaction ? _transactionNowUnixMs : store.NowUnixMs;

    /// <summary>The shards (one bit each) that hold a key.</summary>
    public static ulong ShardsOf(ReadOnlySpan<byte> name) => new KeyRef(name).ShardMask;

    /// <summary>
    /// Holds <paramref name="shards"/> (every shard any verb until disposal will need) so that the verbs run as one
    /// step. Also settles whether a watched key has expired: ask <see cref="IsWatchBroken"/> inside. What is not
    /// completed is taken back on disposal.
    /// </summary>
    public TransactionScope BeginTransaction(ulong shards)
    {
        if (shards == KeyspaceStore.AllShards) RemoveExpiredBefore();
        return BeginTransaction(shards, store.NowUnixMs);
    }

    /// <summary>A transaction over every shard during which no key expires: how the log is replayed.</summary>
    internal TransactionScope BeginReplay()
    {
        Journal.IsRecording = false;
        return BeginTransaction(KeyspaceStore.AllShards, nowUnixMs: 0);
    }

    /// <summary>Holds every shard for something other than verbs.</summary>
    internal TransactionScope HoldAll() => BeginTransaction(KeyspaceStore.AllShards, store.NowUnixMs);

    private TransactionScope BeginTransaction(ulong shards, long nowUnixMs)
    {
        Debug.Assert(!InTransaction, "Transactions do not nest.");
        foreach (StoredKey key in _watched) shards |= 1UL << ScanPosition.ShardOf(key.Hash);
        Hold(shards);
        _transactionNowUnixMs = nowUnixMs;
        InTransaction = true;
        try
        {
            foreach (StoredKey key in _watched)
                Find(store.Shards[ScanPosition.ShardOf(key.Hash)], key.Database, key.Hash, key.Name);
        }
        catch
        {
            EndTransaction(shards); // a read from the database file failed: nobody will dispose what is not returned
            throw;
        }

        return new TransactionScope(this, shards);
    }

    /// <summary>Every verb of the transaction that failed took back what it did; the others' effects count.</summary>
    internal void CompleteTransaction() => _isTransactionComplete = true;

    internal void EndTransaction(ulong shards)
    {
        InTransaction = false;
        bool isComplete = _isTransactionComplete;
        _isTransactionComplete = false;
        Leave(shards, isComplete);
        Journal.IsRecording = true;
    }

    /// <summary>
    /// A verb is at its end: what it changed and what its effects say agree. Without this, its scope takes back what it
    /// changed.
    /// </summary>
    internal void Seal() => Journal.Seal();

    /// <summary>What was done and seen since the last commit is acknowledged.</summary>
    /// <exception cref="Storage.Files.StorageException">Some of it was taken back.</exception>
    internal void EndBatch()
    {
        bool isOutdated = IsOutdated;
        ForgetBatch();
        if (isOutdated) throw store.TakenBack();
    }

    /// <summary>Nothing of what was done and seen since the last commit is acknowledged.</summary>
    internal void ForgetBatch()
    {
        _era = NoEra;
        Journal.UnacknowledgedPosition = 0;
    }

    /// <summary>Marks a key: any command that touches it breaks the watch.</summary>
    public void Watch(ReadOnlySpan<byte> name)
    {
        var key = new KeyRef(name);
        var watched = new StoredKey(Database, key.Hash, name.ToArray());
        if (_watched.Contains(watched)) return;
        using ShardScope scope = Enter(key.ShardMask);
        Find(key); // an expired key counts as missing from here on, so its removal must not break the watch later
        _watched.Add(watched);
        Volatile.Write(ref _watchedBytes, _watchedBytes + name.Length + WatchBytes);
        store.Shards[key.Shard].Watches.Add(watched, this);
    }

    /// <summary>Forgets every watched key.</summary>
    public void Unwatch()
    {
        foreach (StoredKey key in _watched)
        {
            int shard = ScanPosition.ShardOf(key.Hash);
            using ShardScope scope = Enter(1UL << shard);
            store.Shards[shard].Watches.Remove(key, this);
        }

        _watched.Clear();
        Volatile.Write(ref _watchedBytes, 0);
        _isWatchBroken = false;
    }

    public void Dispose()
    {
        Unwatch();
        ReleaseFiles();
    }

    /// <summary>
    /// Call between commands, and when no reply is left to be computed: values given out so far will be read no more,
    /// or are in memory, and database files that others have replaced need not be kept open for them. Who never calls
    /// it keeps them open until disposal.
    /// </summary>
    public void ReleaseFiles()
    {
        if (_files.Count == 0) return;
        foreach (DatabaseFile file in _files) file.Release();
        _files.Clear();
    }

    /// <summary>
    /// Keeps a file open until <see cref="ReleaseFiles"/>, as something of it is given out. It is open now: an entry of
    /// a held shard refers to it, or it is the newest and cannot be replaced meanwhile.
    /// </summary>
    internal void Hold(DatabaseFile file)
    {
        if (_files.Contains(file)) return;
        bool isOpen = file.TryHold();
        Debug.Assert(isOpen, "A file is closed only when no entry refers to it.");
        if (isOpen) _files.Add(file);
    }

    internal void BreakWatch() => _isWatchBroken = true;

    /// <summary>
    /// Whether any of the keys' values is a bit operation not yet computed: a command on it would wait, so its caller
    /// may choose to run it where waiting stalls nobody else.
    /// </summary>
    public bool WouldWait(ReadOnlySpan<byte> name)
    {
        if (!store.HasUnfinished) return false;
        var key = new KeyRef(name);
        using ShardScope scope = Enter(key.ShardMask);
        return store.Shards[key.Shard].TableOrNull(Database)?.Find(key.Hash, name)?.Unfinished is not null;
    }

    /// <summary>
    /// The value of a key while its bits, too many to be read quickly, are still in the database file; else null.
    /// Asked within a transaction: whether a write to it would read them with the transaction's shards held.
    /// </summary>
    /// <exception cref="Bits.ColdReadException">The file's index cannot be read.</exception>
    public PendingBits? FindUnread(ReadOnlySpan<byte> name) =>
        Find(new KeyRef(name))?.Unfinished is { Stored.IsLong: true } unread ? unread : null;

    /// <summary>Holds the given shards, in ascending order so that two sessions never wait for each other.</summary>
    internal ShardScope Enter(ulong shards)
    {
        if (InTransaction)
        {
            Debug.Assert((shards & ~_held) == 0, "A transaction must name its shards at the start.");
            Debug.Assert(!Journal.IsStepOpen, "A verb that has begun to change something enters nothing more.");
            return new ShardScope(this, 0);
        }

        Hold(shards);
        return new ShardScope(this, shards);
    }

    /// <summary>
    /// As <see cref="Enter"/>, and finds the key; but a bit operation still to be computed for it is computed, and bits
    /// still in the database file are read, before its shard is held, so that other keys of the shard need not wait.
    /// </summary>
    internal ShardScope EnterComputed(in KeyRef key, out Entry? entry)
    {
        PendingBits? computed = null;
        StoredSource? readFrom = null;
        while (true)
        {
            ShardScope scope = Enter(key.ShardMask);
            PendingBits? unfinished;
            try
            {
                entry = Find(key);
                // It may have left memory and come back meanwhile, and would do so for ever where memory is short.
                if (entry?.Unfinished?.Stored is { } stored && stored.IsSame(readFrom)) entry.SetBits(computed!);
                unfinished = InTransaction ? null : entry?.Unfinished;
            }
            catch
            {
                scope.Dispose();
                throw;
            }

            if (unfinished is null) return scope;
            scope.Dispose();
            readFrom = unfinished.Stored;
            unfinished.Force();
            computed = unfinished;
        }
    }

    /// <summary>
    /// Removes what has expired in short holds, so that little is left to remove while every shard is held. In a
    /// transaction they are held already.
    /// </summary>
    internal void RemoveExpiredShortly()
    {
        if (!InTransaction) store.RemoveExpired(this);
    }

    private void RemoveExpiredBefore()
    {
        try
        {
            store.RemoveExpired(this);
        }
        catch (ColdReadException)
        {
            // The command that needs what cannot be read will say so.
        }
    }

    /// <summary>Removes what has expired since; every shard is held.</summary>
    internal void RemoveExpiredHeld()
    {
        foreach (Shard shard in store.Shards) KeyspaceStore.RemoveExpired(this, shard, int.MaxValue, out _);
        if (store.Cold is not { } cold) return;
        bool wasInTransaction = InTransaction;
        if (!wasInTransaction) _transactionNowUnixMs = store.NowUnixMs;
        InTransaction = true; // the shards need not be entered again
        try
        {
            cold.Expiries.RemoveDue(this);
        }
        finally
        {
            InTransaction = wasInTransaction;
        }
    }

    /// <summary>Ends a verb; outside a transaction it lets go of its shards as well.</summary>
    internal void Leave(ulong shards)
    {
        if (shards == 0) Journal.EndVerb(_held);
        else Leave(shards, isComplete: true);
    }

    private void Leave(ulong shards, bool isComplete)
    {
        try
        {
            if (!Journal.IsEmpty) Journal.HandOver(shards, isComplete);
        }
        finally
        {
            _held = 0;
            for (ulong left = shards; left != 0; left &= left - 1)
                store.Shards[BitOperations.TrailingZeroCount(left)].Gate.Exit();
        }
    }

    /// <summary>The entry of a key in the selected database, or null; an expired one is removed first.</summary>
    internal Entry? Find(in KeyRef key) => Find(store.Shards[key.Shard], Database, key.Hash, key.Name);

    internal Entry? Find(Shard shard, int database, ulong hash, ReadOnlySpan<byte> name)
    {
        Entry? entry = shard.TableOrNull(database)?.Find(hash, name)
            ?? store.LoadCold(shard, database, hash, name);
        if (entry is null) return null;
        if (entry.LastUsed != store.Clock) entry.LastUsed = store.Clock; // readers leave its cache line alone
        if (entry.Pending?.Stored is { } stored) Hold(stored.File);
        if (entry.ExpiresAtUnixMs == 0 || entry.ExpiresAtUnixMs > NowUnixMs) return entry;
        KeyChanges.RemoveExpired(this, shard, entry);
        return null;
    }

    /// <summary>As <see cref="Find(in KeyRef)"/>, counted as a hit or a miss.</summary>
    internal Entry? FindForRead(in KeyRef key)
    {
        Shard shard = store.Shards[key.Shard];
        long loads = shard.Loads;
        Entry? entry = Find(shard, Database, key.Hash, key.Name);
        if (entry is null) shard.Misses++;
        else shard.Hits++;
        if (entry is not null && shard.Loads == loads) shard.HotHits++;
        return entry;
    }

    private void Hold(ulong shards)
    {
        for (ulong left = shards; left != 0; left &= left - 1)
            store.Shards[BitOperations.TrailingZeroCount(left)].Gate.Enter();
        _held = shards;
        if (_era == NoEra) _era = store.Era;
    }
}
