using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Engine.Expiry;

/// <summary>
/// The entries of a shard in the order in which they expire. Changing an expiry leaves the old item behind, to be
/// dropped when it comes up or when stale items outnumber the live ones. Touched only under the shard's lock.
/// </summary>
internal sealed class ExpiryQueue
{
    private const int StaleMin = 1024; // below this a sweep costs more than the memory it frees
    private PriorityQueue<Entry, long> _items = new();
    private int _live;

    /// <summary>Items, stale ones included.</summary>
    public int Count => _items.Count;

    /// <summary>Call after an entry of the shard got an expiry time. O(log n) amortised.</summary>
    public void Schedule(Entry entry, Shard shard)
    {
        _items.Enqueue(entry, entry.ExpiresAtUnixMs);
        if (_items.Count > (2 * _live) + StaleMin) Sweep(shard);
    }

    /// <summary>An entry whose time has come, or null; stale items on the way are dropped.</summary>
    public Entry? NextDue(long nowUnixMs)
    {
        while (_items.TryPeek(out Entry? entry, out long at) && at <= nowUnixMs)
        {
            _items.Dequeue();
            if (IsLive(entry, at)) return entry;
        }

        return null;
    }

    /// <summary>Drops the items of a database that was emptied. O(items).</summary>
    public void Forget(int database)
    {
        var left = new PriorityQueue<Entry, long>();
        foreach ((Entry entry, long at) in _items.UnorderedItems)
            if (entry.Database != database && IsLive(entry, at)) left.Enqueue(entry, at);
        _items = left;
        _live = left.Count;
    }

    private static bool IsLive(Entry entry, long at) => !entry.IsDetached && entry.ExpiresAtUnixMs == at;

    // A flush drops whole tables and leaves their entries as they were.
    private static bool IsInTable(Entry entry, Shard shard) =>
        shard.TableOrNull(entry.Database)?.Find(entry.Hash, entry.Name) == entry;

    private void Sweep(Shard shard)
    {
        var seen = new HashSet<Entry>();
        var live = new PriorityQueue<Entry, long>();
        foreach ((Entry entry, long at) in _items.UnorderedItems)
            if (IsLive(entry, at) && IsInTable(entry, shard) && seen.Add(entry)) live.Enqueue(entry, at);
        _items = live;
        _live = live.Count;
    }
}
