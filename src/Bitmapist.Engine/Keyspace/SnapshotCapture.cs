using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Bitmapist.Engine.Stored;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// What changed between the last save and one instant (the cut), read out in the background while commands go on. At
/// the cut only references are taken; later each entry is captured (frozen, O(1)) by the thread that comes first: the
/// saver in <see cref="CaptureNext"/>, or a command about to change it in <see cref="Preserve"/>.
/// </summary>
internal sealed class SnapshotCapture
{
    private readonly int _savedEpoch;
    private readonly ShardCut[] _cuts;

    /// <summary>Takes the cut; all shards are held. The epoch ends here.</summary>
    public SnapshotCapture(KeyspaceStore store)
    {
        CutEpoch = store.Epoch;
        CutPosition = store.Log?.AppendedPosition ?? 0;
        _savedEpoch = store.SavedEpoch;
        Places = store.Places;
        IsRenumbered = store.Disk is { } disk && !Places.IsSame(disk.Numbers);
        Totals = store.CountAll().By(Places.DatabaseAt);
        Flushed = store.Names.Cut();
        ExpiriesDone = store.Disk?.Expiries.Done ?? [];
        _cuts = new ShardCut[store.Shards.Length];
        for (int i = 0; i < _cuts.Length; i++) _cuts[i] = new ShardCut(store.Shards[i]);
    }

    /// <summary>The log's position at the cut: until the log has that, what was captured may be taken back.</summary>
    public long CutPosition { get; }

    /// <summary>It was given up: something that it has was taken back.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>The epoch that ended at the cut.</summary>
    public int CutEpoch { get; }

    /// <summary>Where the databases were at the cut: the snapshot has the numbers that they had then.</summary>
    public DatabasePlaces Places { get; }

    /// <summary>Databases were swapped since the last save: keys that did not change get other numbers.</summary>
    public bool IsRenumbered { get; }

    /// <summary>Keys of every database at the cut.</summary>
    public KeyTotals Totals { get; }

    /// <summary>Places emptied since the last save: nothing that the file has of them counts.</summary>
    public IReadOnlyCollection<int> Flushed { get; }

    /// <summary>The stored key up to which the file's expiry index is of no use any more.</summary>
    public byte[] ExpiriesDone { get; }

    /// <summary>Keeps an entry's state as of the cut; its shard is held, its change comes next.</summary>
    public void Preserve(Shard shard, Entry entry)
    {
        ShardCut cut = _cuts[HashPosition.ShardOf(entry.Hash)];
        Debug.Assert(cut.Shard == shard, "An entry belongs to one shard.");
        if (!cut.IsComplete && Wants(entry)) cut.Preserved.Add(Take(entry));
    }

    /// <summary>
    /// Captures some more entries and removed keys of a shard into <paramref name="batch"/>; the shard is held.
    /// </summary>
    /// <returns>False when this was the shard's last batch.</returns>
    public bool CaptureNext(int shard, List<CapturedKey> batch)
    {
        Debug.Assert(!IsAbandoned, "What was given up is of no use.");
        ShardCut cut = _cuts[shard];
        int batchMax = batch.Count + EngineLimits.CapturedPerHold;
        while (batch.Count < batchMax)
        {
            if (cut.TryNextRemoved(out KeyId removed))
            {
                batch.Add(new CapturedKey(removed.Database, removed.Name, null, 0));
            }
            else if (cut.TryNextChanged(out Entry? entry))
            {
                if (Wants(entry)) batch.Add(Take(entry));
            }
            else
            {
                cut.IsComplete = true;
                batch.AddRange(cut.Preserved);
                cut.Preserved.Clear();
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// After a failed save: what was to be written is dirty again. All shards are held and the capture has ended.
    /// </summary>
    public void GiveBack()
    {
        IsAbandoned = true;
        foreach (ShardCut cut in _cuts) cut.GiveBack();
    }

    // Each epoch ends in one cut, so an entry captured for this one says so.
    private bool Wants(Entry entry) =>
        entry.CapturedIn != CutEpoch && entry.ModifiedEpoch <= CutEpoch && entry.ModifiedEpoch > _savedEpoch;

    private CapturedKey Take(Entry entry)
    {
        entry.CapturedIn = CutEpoch;
        entry.IsSaved = true;
        return new CapturedKey(entry.Database, entry.Name, entry.FreezeBriefly(), entry.ExpiresAtUnixMs);
    }

    /// <summary>One shard's part: the lists as they were at the cut.</summary>
    private sealed class ShardCut
    {
        private readonly List<Entry> _changed;
        private readonly HashSet<KeyId> _removed;
        private HashSet<KeyId>.Enumerator _nextRemoved; // a mutable struct: not readonly
        private int _nextChanged;

        public ShardCut(Shard shard)
        {
            Shard = shard;
            _changed = shard.Dirty.Changed;
            _removed = shard.Dirty.Removed;
            _nextRemoved = _removed.GetEnumerator();
            shard.SavingRemoved = _removed;
            shard.Dirty.Reset();
        }

        public Shard Shard { get; }

        public List<CapturedKey> Preserved { get; } = [];

        /// <summary>Every entry as of the cut has been captured.</summary>
        public bool IsComplete { get; set; }

        public bool TryNextRemoved(out KeyId key)
        {
            bool isMore = _nextRemoved.MoveNext();
            key = isMore ? _nextRemoved.Current : default;
            return isMore;
        }

        public bool TryNextChanged([NotNullWhen(true)] out Entry? entry)
        {
            while (_nextChanged < _changed.Count)
            {
                entry = _changed[_nextChanged++];
                if (!entry.IsDetached) return true; // removed before the cut, or preserved when it was removed
            }

            entry = null;
            return false;
        }

        public void GiveBack()
        {
            DirtySet dirty = Shard.Dirty;
            foreach (Entry entry in _changed)
                if (!entry.IsDetached && IsInTable(entry)) dirty.Changed.Add(entry);
            foreach (KeyId key in _removed)
            {
                if (Shard.TableOrNull(key.Database)?.Find(key.Hash, key.Name) is { } present) present.IsSaved = true;
                else dirty.Removed.Add(key);
            }
        }

        // A flush since the cut drops whole tables and leaves their entries as they were.
        private bool IsInTable(Entry entry) =>
            Shard.TableOrNull(entry.Database)?.Find(entry.Hash, entry.Name) == entry;
    }
}
