namespace Bitmapist.Engine.Keyspace;

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

    /// <summary>Takes the next item whose time has come. O(log n).</summary>
    /// <param name="nowUnixMs">What the times are compared with.</param>
    /// <param name="entry">The entry, if the item still counts; null for a stale one.</param>
    /// <returns>False when no time has come.</returns>
    public bool TryTakeDue(long nowUnixMs, out Entry? entry)
    {
        if (!_items.TryPeek(out entry, out long at) || at > nowUnixMs)
        {
            entry = null;
            return false;
        }

        _items.Dequeue();
        if (!IsLive(entry, at)) entry = null;
        return true;
    }

    /// <summary>Drops the items of a database that was emptied. O(items).</summary>
    public void Forget(int database)
    {
        var left = new List<(Entry, long)>();
        foreach ((Entry entry, long at) in _items.UnorderedItems)
            if (entry.Database != database && IsLive(entry, at)) left.Add((entry, at));
        Replace(left);
    }

    private static bool IsLive(Entry entry, long at) => !entry.IsDetached && entry.ExpiresAtUnixMs == at;

    // A flush drops whole tables and leaves their entries as they were.
    private static bool IsInTable(Entry entry, Shard shard) =>
        shard.TableOrNull(entry.Database)?.Find(entry.Hash, entry.Name) == entry;

    private void Sweep(Shard shard)
    {
        var seen = new HashSet<Entry>();
        var live = new List<(Entry, long)>();
        foreach ((Entry entry, long at) in _items.UnorderedItems)
            if (IsLive(entry, at) && IsInTable(entry, shard) && seen.Add(entry)) live.Add((entry, at));
        Replace(live);
    }

    /// <summary>O(items): made at once, a heap needs no sorting in.</summary>
    private void Replace(List<(Entry, long)> items)
    {
        _items = new PriorityQueue<Entry, long>(items);
        _live = items.Count;
    }
}
