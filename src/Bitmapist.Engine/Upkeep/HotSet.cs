using System.Diagnostics;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Upkeep;

/// <summary>
/// Keeps the resident keys within a budget: sweeps over the resident entries, measures them, and evicts clean ones
/// that were not asked for in a while, or that were asked for least recently while there is too much. What is dirty
/// stays until a save has it. Thread-safe.
/// </summary>
internal sealed class HotSet(KeyspaceStore store, long budgetBytes, TimeSpan idle) : IDisposable
{
    private const int OverlayBytes = 100; // of a removed key: its name, and its places in the overlay and in a list
    private const int AgesMax = 4096; // seconds told apart; older is all alike

    private readonly Lock _sweeping = new();
    private readonly Session _session = new(store);
    private readonly List<Entry> _window = [];
    private long _dirtyBytes;
    private long _nameBytes;
    private long _indexBytes;
    private long _evictedBytes;
    private long _deferredBytes; // of results not computed

    /// <summary>Bytes that the bitmaps and the index may have together; 0: any number.</summary>
    public long BudgetBytes
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    } = budgetBytes;

    /// <summary>After so long without being asked for an entry leaves; zero: it stays.</summary>
    public TimeSpan Idle { get; set; } = idle;

    /// <summary>Bytes of resident keys, and of the index that finds the others; about.</summary>
    public long Bytes => KeyBytes + Volatile.Read(ref _indexBytes);

    /// <summary>
    /// Bytes that must be saved before they can be evicted, as of the last sweep: changed keys, and the names of
    /// those that came or went.
    /// </summary>
    public long UnsavedBytes => Volatile.Read(ref _dirtyBytes) + Volatile.Read(ref _nameBytes);

    /// <summary>Bytes evicted since the start.</summary>
    public long EvictedBytes => Volatile.Read(ref _evictedBytes);

    /// <summary>Whether there is more than the budget allows.</summary>
    public bool IsOverBudget => BudgetBytes is > 0 and var budget && Bytes > budget;

    /// <summary>
    /// Whether there is so much more that writers are slowed down (back-pressure) until the sweep or save under way has
    /// made room. The index does not count: no wait makes it smaller.
    /// </summary>
    public bool IsOverwhelmed => BudgetBytes is > 0 and var budget && KeyBytes - (budget / 4) > budget;

    /// <summary>
    /// Whether a save should write the results of deferred operations, after which they need not be deferred: their
    /// operands hold too much, or the results themselves, which a restart computes, would be half of the budget.
    /// </summary>
    public bool HasToSaveOperations =>
        BudgetBytes is > 0 and var budget
        && Volatile.Read(ref _deferredBytes) is > 0 and var bytes
        && (bytes > budget / 2 || !store.Deferred.HasRoom);

    /// <summary>Bytes of keys and of their names.</summary>
    private long KeyBytes => store.Memory.Bytes + Volatile.Read(ref _nameBytes);

    /// <summary>
    /// Measures, and evicts what is idle or too much, in short holds of one shard at a time. O(resident entries and
    /// their chunks).
    /// </summary>
    /// <returns>How long it took.</returns>
    public TimeSpan Sweep()
    {
        using Lock.Scope alone = _sweeping.EnterScope();
        long started = Stopwatch.GetTimestamp();
        store.Tick();
        long thought = store.Memory.Bytes;
        var cleanBytesByAge = new long[AgesMax];
        long dirtyBytes = 0, cleanBytes = 0;
        DeferredOperations.Look look = store.Deferred.BeginLook();
        long? leftAtOldest = null;
        long resultBytes = 0;
        bool hasSavedOperations = false;
        Visit(_session, _window, (_, entry) =>
        {
            long bytes = entry.MemoryBytes;
            bool isClean = store.IsClean(entry);
            if (entry.Unfinished?.Operation is { } operation)
            {
                if (isClean) hasSavedOperations = true;
                else leftAtOldest = Math.Min(leftAtOldest ?? long.MaxValue, operation.LeftBytesBefore);
                resultBytes += isClean ? 0 : operation.ResultBytes;
            }

            if (isClean)
            {
                cleanBytesByAge[AgeOf(entry)] += bytes;
                cleanBytes += bytes;
            }
            else
            {
                dirtyBytes += bytes;
            }
        });

        Volatile.Write(ref _dirtyBytes, dirtyBytes);
        Volatile.Write(ref _indexBytes, store.Disk?.File.IndexMemoryBytes ?? 0);
        Volatile.Write(ref _nameBytes, store.Names.Count * OverlayBytes);
        Volatile.Write(ref _deferredBytes, resultBytes);
        long evictedBytes =
            store.Disk is null ? 0 : Evict(cleanBytesByAge, cleanBytes, dirtyBytes, hasSavedOperations);
        Volatile.Write(ref _evictedBytes, _evictedBytes + evictedBytes);
        store.Memory.Correct(thought, cleanBytes + dirtyBytes - evictedBytes);
        store.Deferred.EndLook(look, leftAtOldest);
        return Stopwatch.GetElapsedTime(started);
    }

    public void Dispose() => _session.Dispose();

    /// <summary>Evicts entries whose bits lie, unread, in a file that another one has replaced.</summary>
    /// <returns>How many there are that cannot leave: they are to be saved first, or to expire.</returns>
    public static int EvictFromReplaced(Session session, DatabaseFile current)
    {
        KeyspaceStore store = session.Store;
        int left = 0;
        Visit(session, [], (shard, entry) =>
        {
            if (entry.Unfinished?.Stored is not { } stored || stored.File == current) return;
            if (IsFree(store, entry)) KeyspaceStore.Evict(shard, entry);
            else left++;
        });
        return left;
    }

    /// <summary>Has the next save write every resident key, changed or not; no save is under way.</summary>
    public static void MarkAllChanged(Session session)
    {
        KeyspaceStore store = session.Store;
        Visit(session, [], (shard, entry) =>
        {
            if (!store.IsClean(entry)) return;
            entry.ModifiedEpoch = store.Epoch;
            shard.Dirty.Changed.Add(entry);
        });
    }

    private long Evict(long[] cleanBytesByAge, long cleanBytes, long dirtyBytes, bool hasSavedOperations)
    {
        int idleSeconds = Idle > TimeSpan.Zero ? (int)Math.Min(Idle.TotalSeconds, int.MaxValue) : int.MaxValue;
        long tooMuch = 0;
        int age = AgesMax; // from this one on all must go, so that there is room
        if (BudgetBytes is > 0 and var budget)
        {
            // A tenth below the budget, so that the next key does not ask for the next sweep.
            tooMuch = cleanBytes + dirtyBytes + _indexBytes + _nameBytes - (budget - (budget / 10));
            for (long older = 0; age > 0 && older < tooMuch;) older += cleanBytesByAge[--age];
        }

        bool isAnyOld = cleanBytes > 0 && (age < AgesMax || idleSeconds < int.MaxValue);
        if (!isAnyOld && !hasSavedOperations) return 0;
        long evictedBytes = 0;
        Visit(_session, _window, (shard, entry) =>
        {
            int entryAge = AgeOf(entry);
            // Of the youngest age that must go, no more than needed.
            bool mustGo = entryAge > age || (entryAge == age && evictedBytes < tooMuch);
            mustGo |= entry.Unfinished?.Operation is not null; // the file has its result, and its operands may go
            if ((!mustGo && store.Clock - entry.LastUsed < idleSeconds) || !IsFree(store, entry)) return;
            evictedBytes += entry.MemoryBytes;
            KeyspaceStore.Evict(shard, entry);
        });
        return evictedBytes;
    }

    /// <summary>Whether an entry may leave: clean, and not due, as the walk over expiry times must find it.</summary>
    private static bool IsFree(KeyspaceStore store, Entry entry) =>
        store.IsClean(entry) && (entry.ExpiresAtUnixMs == 0 || entry.ExpiresAtUnixMs > store.NowUnixMs);

    private int AgeOf(Entry entry) => Math.Clamp(store.Clock - entry.LastUsed, 0, AgesMax - 1);

    /// <summary>Visits every resident entry once, more or less, in short holds.</summary>
    private static void Visit(Session session, List<Entry> window, Action<Shard, Entry> visit)
    {
        foreach (Shard shard in session.Store.Shards)
        {
            ulong mask = 1UL << shard.Number;
            List<KeyTable> tables;
            using (session.Enter(mask)) tables = [.. shard.Tables().Select(table => table.Table)];
            foreach (KeyTable table in tables)
            {
                ulong position = HashPosition.StartOfShard(shard.Number);
                bool isMore = true;
                while (isMore)
                {
                    window.Clear();
                    int bucketsMax = EngineLimits.SweptPerHold;
                    using ShardScope scope = session.Enter(mask);
                    isMore = table.Scan(ref position, EngineLimits.SweptPerHold, ref bucketsMax, window);
                    foreach (Entry entry in window)
                        if (shard.TableOrNull(entry.Database) == table) visit(shard, entry); // it may be flushed
                }
            }
        }

        window.Clear();
    }
}
