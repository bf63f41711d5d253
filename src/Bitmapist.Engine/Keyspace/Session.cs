using System.Diagnostics;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Effects;
using Bitmapist.Engine.Stored;
using BitOperations = System.Numerics.BitOperations;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// One client's door to the data: the selected database, the keys it watches, the transaction it runs. The verbs are
/// extension methods in the room Verbs; every verb holds the shards of its keys while it
/// runs and has the effect of running alone. Used by one thread at a time.
/// </summary>
public sealed class Session(KeyspaceStore store) : IDisposable
{
    private const int NoEra = -1;
    private ulong _held;
    private WatchedKeys? _watched; // null: it never watched a key
    private long _transactionNowUnixMs;
    private bool _isTransactionComplete;
    private int _era = NoEra; // of the first hold since the last commit

    /// <summary>The selected database, below <see cref="KeyspaceStore.Databases"/>.</summary>
    public int Database { get; set; }

    /// <summary>Where the selected database's keys are; it changes only while all shards are held.</summary>
    internal int Place => store.Places.Of(Database);

    /// <summary>Whether what it looks at counts as used; else it is evicted as if nobody had asked for it.</summary>
    public bool IsTouching { get; set; } = true;

    /// <summary>How many databases there are.</summary>
    public int Databases => store.Databases;

    /// <summary>A watched key was touched since it was watched; EXEC must then refuse.</summary>
    public bool IsWatchBroken => _watched?.IsBroken ?? false;

    /// <summary>Bytes that the watched keys' names occupy, about. From any thread.</summary>
    public long WatchedBytes => Volatile.Read(ref _watched)?.Bytes ?? 0;

    internal KeyspaceStore Store => store;

    /// <summary>What the session changed and did not hand to the log yet.</summary>
    internal Journal Journal => field ??= new Journal(this);

    /// <summary>What a replay must do.</summary>
    internal EffectBuffer Effects => Journal.Effects;

    /// <summary>Database files kept open for values given out that are still in them.</summary>
    internal HeldFiles Files { get; } = new();

    /// <summary>Something that the session saw or did since its last commit was taken back.</summary>
    internal bool IsOutdated => _era != NoEra && _era != store.Era;

    internal bool InTransaction { get; private set; }

    /// <summary>The log is being replayed: nothing expires, and nobody is acknowledged.</summary>
    internal bool IsReplaying => InTransaction && _transactionNowUnixMs == 0;

    /// <summary>Unix milliseconds; does not move during a transaction, as in Redis.</summary>
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
        if (shards == KeyspaceStore.AllShards) ExpiredKeys.RemoveBeforeTransaction(this);
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
        shards |= _watched?.Shards ?? 0;
        Hold(shards);
        _transactionNowUnixMs = nowUnixMs;
        InTransaction = true;
        try
        {
            _watched?.RemoveExpired();
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

    /// <summary>Tells what happened to a key of the selected database, if anybody wants to know.</summary>
    internal void Tell(KeyEvent what, ReadOnlySpan<byte> name) => Tell(what, Database, name);

    /// <summary>The same for another database.</summary>
    internal void Tell(KeyEvent what, int database, ReadOnlySpan<byte> name)
    {
        if (store.Events is not null) Journal.Tell(what, database, name);
    }

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
    public void Watch(ReadOnlySpan<byte> name) => (_watched ??= new WatchedKeys(this)).Add(name);

    /// <summary>Forgets every watched key.</summary>
    public void Unwatch() => _watched?.Clear();

    public void Dispose()
    {
        Unwatch();
        ReleaseFiles();
    }

    /// <summary>
    /// Call between commands, and when no reply is left to be computed: values given out so far will be read no more,
    /// or are in memory, and database files that others have replaced need not be kept open for them. A session that
    /// never does keeps them open until disposal.
    /// </summary>
    public void ReleaseFiles() => Files.Release();

    /// <summary>
    /// The value of a key while its bits are still to be read or computed, too many for a hold of shards; else null.
    /// Asked within a transaction: whether a write to it would do that with the transaction's shards held.
    /// </summary>
    /// <exception cref="Bits.DiskReadException">The file's index cannot be read.</exception>
    public PendingBits? FindUnready(ReadOnlySpan<byte> name) =>
        Find(new KeyRef(name))?.Unfinished is { IsLong: true } unready ? unready : null;

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
        StoredBits? readFrom = null;
        while (true)
        {
            ShardScope scope = Enter(key.ShardMask);
            PendingBits? unfinished;
            try
            {
                entry = Find(key);
                // It may have been evicted and come back meanwhile, and would do so for ever where memory is short.
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

    /// <summary>Removes keys on disk whose time has come, as within a transaction; every shard is held.</summary>
    /// <exception cref="DiskReadException">The index of the database file cannot be read.</exception>
    internal void RemoveDueHeld(DiskExpiries expiries)
    {
        bool wasInTransaction = InTransaction;
        if (!wasInTransaction) _transactionNowUnixMs = store.NowUnixMs;
        InTransaction = true; // the shards need not be entered again
        try
        {
            expiries.RemoveDue(this);
        }
        finally
        {
            InTransaction = wasInTransaction;
        }
    }

    /// <summary>Ends a verb; outside a transaction it releases its shards as well.</summary>
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
    internal Entry? Find(in KeyRef key) => Find(store.Shards[key.Shard], Place, key.Hash, key.Name);

    internal Entry? Find(Shard shard, int place, ulong hash, ReadOnlySpan<byte> name)
    {
        Entry? entry = shard.TableOrNull(place)?.Find(hash, name)
            ?? store.LoadFromDisk(shard, place, hash, name);
        if (entry is null) return null;
        // Readers leave its cache line alone.
        if (entry.LastUsed != store.Clock && IsTouching) entry.LastUsed = store.Clock;
        if (entry.Unfinished?.Stored is { } stored) Files.Hold(stored.File);
        if (entry.ExpiresAtUnixMs == 0 || entry.ExpiresAtUnixMs > NowUnixMs) return entry;
        KeyChanges.RemoveExpired(this, shard, entry);
        return null;
    }

    /// <summary>A key that <see cref="Find(in KeyRef)"/> was asked for in this hold of its shard.</summary>
    internal Entry? FindResident(in KeyRef key) =>
        store.Shards[key.Shard].TableOrNull(Place)?.Find(key.Hash, key.Name);

    /// <summary>As <see cref="Find(in KeyRef)"/>, counted as a hit or a miss.</summary>
    /// <param name="key">The key.</param>
    /// <param name="isWrite">A write looks whether it may: that it finds nothing is no event.</param>
    internal Entry? FindForRead(in KeyRef key, bool isWrite = false)
    {
        Shard shard = store.Shards[key.Shard];
        long loads = shard.Loads;
        Entry? entry = Find(shard, Place, key.Hash, key.Name);
        if (entry is null) shard.Misses++;
        else shard.Hits++;
        if (entry is null && !isWrite) Tell(KeyEvent.Miss, key.Name);
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
