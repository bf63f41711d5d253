using Bitmapist.Engine.Bits;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// The changes of a shard that may have to be taken back: by a verb that fails halfway, or because the log could not
/// keep them. A ring, oldest first. Dropped when the log has them for good, lazily: when there is no room, and now and
/// then in the background. Touched only under the shard's lock.
/// </summary>
internal sealed class UndoLog
{
    private const int ItemsMin = 16;
    private const int ItemsKept = 1024; // a ring grown beyond this is dropped once it is empty

    private UndoItem[] _items = [];
    private int _first;
    private int _count;

    public int Count => _count;

    /// <summary>Makes room for one more item, so that noting a change cannot fail after it was made.</summary>
    public void Reserve(KeyspaceStore store)
    {
        if (_count < _items.Length) return;
        Trim(store.RetainedPosition);
        if (_count <= _items.Length / 2 && _items.Length > 0) return;
        var grown = new UndoItem[Math.Max(ItemsMin, _items.Length * 2)];
        for (int i = 0; i < _count; i++) grown[i] = this[i];
        _items = grown;
        _first = 0;
    }

    /// <summary>The place of a new item, whose fields hold what they held before; room was reserved.</summary>
    public ref UndoItem Push() => ref this[_count++];

    /// <summary>Drops the items of what will not be taken back. Amortised O(1) a change.</summary>
    /// <param name="retained">The log's position up to which nothing will be.</param>
    public void Trim(long retained)
    {
        while (_count > 0 && this[0].Position is > 0 and var position && position <= retained)
        {
            this[0] = default; // lets go of what it holds
            _first = (_first + 1) & (_items.Length - 1);
            _count--;
        }

        if (_count == 0 && _items.Length > ItemsKept) _items = [];
    }

    /// <summary>The changes of the hold that ends are behind this position of the log.</summary>
    public void Stamp(long position)
    {
        for (int i = _count - 1; i >= 0 && this[i].Position < 0; i--) this[i].Position = position;
    }

    /// <summary>Drops the changes of the hold that ends: there is no log that could lose them.</summary>
    public void Forget()
    {
        while (_count > 0 && this[_count - 1].Position < 0) Pop(out _);
    }

    /// <summary>Whether any item has a value that lies unread in another file. O(items).</summary>
    public bool RefersToOther(DatabaseFile current)
    {
        for (int i = 0; i < _count; i++)
        {
            object? old = this[i].Old;
            bool isOther = old is PendingBits { Stored: { } stored } && stored.File != current;
            if (isOther || old is FlushedDatabase) return true;
        }

        return false;
    }

    /// <summary>The newest item; false when there is none.</summary>
    public bool TryPeek(out UndoItem item)
    {
        item = _count == 0 ? default : this[_count - 1];
        return _count > 0;
    }

    /// <summary>Takes out the newest item.</summary>
    public void Pop(out UndoItem item)
    {
        item = this[--_count];
        this[_count] = default;
    }

    private ref UndoItem this[int index] => ref _items[(_first + index) & (_items.Length - 1)];
}
