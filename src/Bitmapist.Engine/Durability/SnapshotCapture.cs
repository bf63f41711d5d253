using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Engine.Durability;

/// <summary>
/// The state of the keyspace at one instant (the cut), read out in the background while commands go on. At the cut only
/// references are taken; later each entry is captured (frozen, O(1)) by whoever comes first: the reader in
/// <see cref="CaptureNext"/>, or a command about to change it in <see cref="Preserve"/>.
/// </summary>
internal sealed class SnapshotCapture
{
    private readonly int _number;
    private readonly int _cutEpoch;
    private readonly int _savedEpoch;
    private readonly ShardCut[] _cuts;

    /// <summary>Takes the cut; all shards are held.</summary>
    /// <param name="shards">The keyspace.</param>
    /// <param name="scope">Every key, or what changed since the last save.</param>
    /// <param name="number">Distinguishes this snapshot from earlier ones.</param>
    /// <param name="cutEpoch">The epoch that ends here.</param>
    /// <param name="savedEpoch">The last epoch whose changes are all in the database file.</param>
    public SnapshotCapture(Shard[] shards, SnapshotScope scope, int number, int cutEpoch, int savedEpoch)
    {
        Scope = scope;
        _number = number;
        _cutEpoch = cutEpoch;
        _savedEpoch = savedEpoch;
        _cuts = new ShardCut[shards.Length];
        for (int i = 0; i < shards.Length; i++) _cuts[i] = new ShardCut(shards[i], scope);
    }

    public SnapshotScope Scope { get; }

    /// <summary>The epoch that ended at the cut.</summary>
    public int CutEpoch => _cutEpoch;

    /// <summary>Keeps an entry's state as of the cut; its shard is held, its change comes next.</summary>
    public void Preserve(Shard shard, Entry entry)
    {
        ShardCut cut = _cuts[ScanPosition.ShardOf(entry.Hash)];
        Debug.Assert(cut.Shard == shard, "An entry belongs to one shard.");
        if (!cut.IsComplete && Wants(entry)) cut.Preserved.Add(Take(entry));
    }

    /// <summary>
    /// Captures some more entries and removed keys of a shard into <paramref name="batch"/>; the shard is held.
    /// </summary>
    /// <returns>False when this was the shard's last batch.</returns>
    public bool CaptureNext(int shard, List<CapturedKey> batch)
    {
        ShardCut cut = _cuts[shard];
        if (cut.Removed is not null)
        {
            foreach (StoredKey key in cut.Removed) batch.Add(new CapturedKey(key.Database, key.Name, null, 0));
            cut.Removed = null;
        }

        int batchMax = batch.Count + Limits.CapturedPerHold;
        while (batch.Count < batchMax)
        {
            if (!cut.TryNext(out Entry? entry))
            {
                cut.IsComplete = true;
                batch.AddRange(cut.Preserved);
                cut.Preserved.Clear();
                return false;
            }

            if (Wants(entry)) batch.Add(Take(entry));
        }

        return true;
    }

    /// <summary>
    /// After a failed save: what was to be written is dirty again. All shards are held and the capture has ended.
    /// </summary>
    public void GiveBack()
    {
        if (Scope == SnapshotScope.Backup) return;
        foreach (ShardCut cut in _cuts) cut.GiveBack();
    }

    private bool Wants(Entry entry) =>
        entry.CapturedIn != _number
        && entry.ModifiedEpoch <= _cutEpoch
        && (Scope != SnapshotScope.Changes || entry.ModifiedEpoch > _savedEpoch);

    private CapturedKey Take(Entry entry)
    {
        entry.CapturedIn = _number;
        if (Scope != SnapshotScope.Backup) entry.IsSaved = true;
        return new CapturedKey(entry.Database, entry.Name, entry.Freeze(), entry.ExpiresAtUnixMs);
    }

    /// <summary>One shard's part: the lists as they were at the cut.</summary>
    private sealed class ShardCut
    {
        private readonly List<KeyTable> _tables = [];
        private readonly List<Entry>? _changed;
        private readonly HashSet<StoredKey>? _removedAtCut;
        private readonly bool _isFlushed;
        private readonly List<Entry> _window = [];
        private int _nextInWindow;
        private int _nextChanged;
        private int _nextTable;
        private ulong _position;

        public ShardCut(Shard shard, SnapshotScope scope)
        {
            Shard = shard;
            _position = ShardStart;
            if (scope != SnapshotScope.Changes) shard.AddTablesTo(_tables);
            if (scope == SnapshotScope.Backup) return;
            DirtySet dirty = shard.Dirty;
            _changed = dirty.Changed;
            _removedAtCut = dirty.Removed;
            _isFlushed = dirty.IsFlushed;
            IsByTables = scope == SnapshotScope.Everything;
            Removed = IsByTables ? null : _removedAtCut; // a file written anew needs no tombstones
            dirty.Reset();
        }

        public Shard Shard { get; }

        public List<CapturedKey> Preserved { get; } = [];

        public HashSet<StoredKey>? Removed { get; set; }

        /// <summary>Every entry as of the cut has been captured.</summary>
        public bool IsComplete { get; set; }

        private bool IsByTables { get; }

        private ulong ShardStart => ScanPosition.StartOfShard(Shard.Number);

        public bool TryNext([NotNullWhen(true)] out Entry? entry)
        {
            entry = null;
            if (_changed is not null && !IsByTables)
            {
                while (_nextChanged < _changed.Count)
                {
                    entry = _changed[_nextChanged++];
                    if (!entry.IsDetached) return true; // removed before the cut, or preserved when it was removed
                }

                return false;
            }

            while (_nextInWindow == _window.Count)
                if (!FillWindow()) return false;
            entry = _window[_nextInWindow++];
            return true;
        }

        public void GiveBack()
        {
            DirtySet dirty = Shard.Dirty;
            dirty.IsFlushed |= _isFlushed;
            foreach (Entry entry in _changed!)
                if (!entry.IsDetached) dirty.Changed.Add(entry);
            foreach (StoredKey key in _removedAtCut!)
            {
                if (Shard.TableOrNull(key.Database)?.Find(key.Hash, key.Name) is { } present) present.IsSaved = true;
                else dirty.Removed.Add(key);
            }
        }

        /// <summary>
        /// Takes the next few buckets. Between holds the window may come to hold entries that were removed meanwhile:
        /// those were preserved, and are no longer wanted.
        /// </summary>
        private bool FillWindow()
        {
            _window.Clear();
            _nextInWindow = 0;
            if (_nextTable == _tables.Count) return false;
            int bucketsMax = Limits.CapturedPerHold;
            if (_tables[_nextTable].Scan(ref _position, Limits.CapturedPerHold, ref bucketsMax, _window)) return true;
            _nextTable++;
            _position = ShardStart;
            return true;
        }
    }
}
