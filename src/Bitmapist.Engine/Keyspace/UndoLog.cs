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
            this[0] = default; // releases what it holds
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

    /// <summary>
    /// The removals that are owed to the log become changes of the hold that is under way, which has them logged.
    /// </summary>
    /// <param name="position">What marks this hold's changes.</param>
    /// <param name="removed">Gets their entries.</param>
    public void TakeOwed(long position, List<Entry> removed)
    {
        // Nothing else is changed while the log takes nothing: they are the newest.
        for (int i = _count - 1; i >= 0 && this[i].Position == UndoItem.Owed; i--)
        {
            this[i].Position = position;
            removed.Add(this[i].Entry);
        }
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

/// <summary>What a change replaced. A struct in a ring, so that a SETBIT allocates nothing for it.</summary>
internal struct UndoItem
{
    /// <summary>
    /// The position of an expired key's removal that the log does not take now and will get: until then behind all.
    /// </summary>
    public const long Owed = long.MaxValue;

    /// <summary>
    /// The log's position behind the change; while its session still holds the shard, minus the number of its step.
    /// </summary>
    public long Position;

    public UndoKind Kind;

    /// <summary>The former bit.</summary>
    public bool Bit;

    /// <summary>Which bit.</summary>
    public uint Offset;

    /// <summary>The key; the object may have left its table since, so look it up by name.</summary>
    public Entry Entry;

    /// <summary>The former bits, as the entry held them, or an <see cref="IWholeChange"/>.</summary>
    public object? Old;

    /// <summary>The former length.</summary>
    public long LengthBytes;

    /// <summary>The former expiry time.</summary>
    public long ExpiresAtUnixMs;
}

/// <summary>The kinds of changes, by what their undoing takes.</summary>
internal enum UndoKind : byte
{
    /// <summary>A key came into being.</summary>
    Created,

    /// <summary>A bit, and perhaps the length, changed.</summary>
    Bit,

    /// <summary>A key got another value.</summary>
    Value,

    /// <summary>A key got another expiry time.</summary>
    Expiry,

    /// <summary>A key was removed.</summary>
    Removed,

    /// <summary>A database was emptied; every shard has an item for it.</summary>
    Flushed,

    /// <summary>Two databases were swapped; every shard has an item for it.</summary>
    Swapped,
}
