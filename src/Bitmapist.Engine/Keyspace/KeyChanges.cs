using System.Diagnostics;
using Bitmapist.Engine.Bits;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// Every change of the keyspace goes through here: it is noted so that it can be taken back (<see cref="UndoLog"/>),
/// and all books are kept: what a save must write, names, totals, expiry times, watches, memory. The changed entry's
/// shard is held. A verb ends its changes with <see cref="Session.Seal"/>; one that throws before is taken back.
/// </summary>
internal static class KeyChanges
{
    /// <summary>A new, empty entry for a key that does not exist.</summary>
    /// <exception cref="WritesRefusedException">Nothing may be changed now; so from all that follow.</exception>
    public static Entry Add(Session session, Shard shard, int database, ulong hash, ReadOnlySpan<byte> name)
    {
        KeyspaceStore store = session.Store;
        Reserve(session, shard);
        var entry = new Entry(database, hash, name.ToArray()) { ModifiedEpoch = store.Epoch, LastUsed = store.Clock };
        if (session.Journal.IsRecording) Push(session, shard, UndoKind.Created, entry);
        DirtySet dirty = shard.Dirty;
        if (dirty.Removed.Count > 0)
            entry.IsSaved = dirty.Removed.Remove(new KeyId(database, hash, entry.Name));
        store.Names.Added(database, entry.Name);
        dirty.Changed.Add(entry);
        KeyTable table = shard.Table(database);
        table.Add(entry);
        table.CountAdded(expiresAtUnixMs: 0);
        shard.Changes++;
        shard.Watches.Touch(database, hash, entry.Name);
        store.Memory.Add(entry.MemoryBytes);
        if (store.Events is not null) session.Journal.Tell(KeyEvent.New, store.Places.DatabaseAt(database), name);
        return entry;
    }

    /// <summary>Takes back what <see cref="Add"/> did before it threw: the entry has not come to its table.</summary>
    public static void Unadd(Session session, Shard shard, Entry entry)
    {
        entry.IsDetached = true;
        if (entry.IsSaved) shard.Dirty.Removed.Add(new KeyId(entry.Database, entry.Hash, entry.Name));
        session.Store.Names.Removed(entry.Database, entry.Name, isBelow: entry.IsSaved);
    }

    /// <summary>Gives an entry another value.</summary>
    public static void Replace(Session session, Shard shard, Entry entry, in StringValue value)
    {
        long leftBytes = entry.BitsBytes;
        NoteReplaced(session, shard, entry);
        shard.LeftBytes += leftBytes;
        Put(session.Store, entry, value);
    }

    /// <summary>Gives an entry a value that shares with the one it has what is not new in it.</summary>
    /// <param name="session">Who does.</param>
    /// <param name="shard">The entry's shard.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="value">The value, its bits at hand.</param>
    /// <param name="newBytes">About how many bytes of it are not shared.</param>
    public static void Rewrite(Session session, Shard shard, Entry entry, in StringValue value, long newBytes)
    {
        NoteReplaced(session, shard, entry);
        shard.LeftBytes += newBytes;
        entry.LengthBytes = value.LengthBytes;
        entry.SetBits(value.Bits);
        session.Store.Memory.Add(newBytes);
    }

    private static void NoteReplaced(Session session, Shard shard, Entry entry)
    {
        Reserve(session, shard);
        if (session.Journal.IsRecording)
        {
            ref UndoItem undo = ref Push(session, shard, UndoKind.Value, entry);
            undo.Old = entry.Held;
            undo.LengthBytes = entry.LengthBytes;
        }

        BeforeChange(session.Store, shard, entry);
    }

    /// <summary>Gives a new entry its first value, of whose making <see cref="Add"/> took note.</summary>
    public static void Put(KeyspaceStore store, Entry entry, in StringValue value)
    {
        entry.LengthBytes = value.LengthBytes;
        if (value.Pending.IsReady) entry.SetBits(value.Bits);
        else entry.SetBits(value.Pending);
        store.NoteMove(value.Pending);
        store.Memory.Add(value.Pending.MemoryBytes);
    }

    /// <summary>Sets or clears a bit of an existing entry, which grows if it must; its bits are at hand.</summary>
    /// <param name="session">Who does.</param>
    /// <param name="shard">The entry's shard.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="offset">The bit's offset.</param>
    /// <param name="bit">Its new value.</param>
    /// <param name="old">Its former value.</param>
    /// <returns>Whether anything changed.</returns>
    public static bool TrySetBit(Session session, Shard shard, Entry entry, uint offset, bool bit, out bool old)
    {
        KeyspaceStore store = session.Store;
        long formerBytes = entry.LengthBytes;
        long lengthBytes = Math.Max(formerBytes, (offset / 8L) + 1);
        Reserve(session, shard);
        if (entry.ModifiedEpoch == store.Epoch && lengthBytes == formerBytes)
        {
            bool isChanged = entry.Write(offset, bit, ref shard.LeftBytes);
            old = bit ^ isChanged;
            if (!isChanged) return false;
            AfterChange(shard, entry);
        }
        else
        {
            old = entry.Contains(offset);
            if (old == bit && lengthBytes == formerBytes) return false;
            BeforeChange(store, shard, entry);
            if (old != bit) entry.Write(offset, bit, ref shard.LeftBytes);
            entry.LengthBytes = lengthBytes;
        }

        if (!session.Journal.IsRecording) return true;
        ref UndoItem undo = ref Push(session, shard, UndoKind.Bit, entry);
        undo.Offset = offset;
        undo.Bit = old;
        undo.LengthBytes = formerBytes;
        return true;
    }

    /// <summary>Sets an entry's expiry time (0: none).</summary>
    public static void SetExpiry(Session session, Shard shard, Entry entry, long expiresAtUnixMs)
    {
        if (entry.ExpiresAtUnixMs == expiresAtUnixMs) return;
        Reserve(session, shard);
        if (session.Journal.IsRecording)
            Push(session, shard, UndoKind.Expiry, entry).ExpiresAtUnixMs = entry.ExpiresAtUnixMs;
        BeforeChange(session.Store, shard, entry);
        shard.Table(entry.Database).CountExpiry(entry.ExpiresAtUnixMs, expiresAtUnixMs);
        entry.ExpiresAtUnixMs = expiresAtUnixMs;
        if (expiresAtUnixMs == 0) return;
        shard.Expiries.Schedule(entry, shard);
        if (expiresAtUnixMs <= session.NowUnixMs) session.Journal.KeepDeletionsInOrder();
    }

    /// <summary>Removes an entry.</summary>
    public static void Remove(Session session, Shard shard, Entry entry)
    {
        Reserve(session, shard);
        if (session.Journal.IsRecording) NoteFormer(ref Push(session, shard, UndoKind.Removed, entry), entry);
        Detach(session.Store, shard, entry);
    }

    /// <summary>
    /// Removes an entry whose time has come, and logs that by itself: it is no part of the verb that found it, which
    /// has changed nothing yet. While the log takes nothing the deletion is owed to it, so that reads go on; should
    /// what gave the key its time be taken back yet, so is this.
    /// </summary>
    public static void RemoveExpired(Session session, Shard shard, Entry entry)
    {
        shard.Expired++;
        KeyspaceStore store = session.Store;
        if (store.Events is not null)
            session.Journal.Tell(KeyEvent.Expired, store.Places.DatabaseAt(entry.Database), entry.Name);
        if (session.Store.IsRefusing)
        {
            shard.Undo.Reserve(session.Store);
            ref UndoItem undo = ref shard.Undo.Push();
            undo.Position = UndoItem.Owed;
            undo.Kind = UndoKind.Removed;
            undo.Entry = entry;
            NoteFormer(ref undo, entry);
            Detach(session.Store, shard, entry);
            return;
        }

        // Unless a verb that empties several databases looks at watched keys.
        bool isByItself = !session.Journal.IsStepOpen;
        Remove(session, shard, entry);
        session.Journal.LogExpired(session.Store.Places.DatabaseAt(entry.Database), entry.Name);
        if (isByItself) session.Seal();
    }

    /// <summary>Logs the deletions that are owed to the log since it failed; all shards are held.</summary>
    public static void LogOwed(Session session)
    {
        session.Journal.BeginStep();
        var removed = new List<Entry>();
        foreach (Shard shard in session.Store.Shards) shard.Undo.TakeOwed(-session.Journal.Step, removed);
        foreach (Entry entry in removed)
            session.Journal.LogExpired(session.Store.Places.DatabaseAt(entry.Database), entry.Name);
        session.Seal();
    }

    /// <summary>Drops every key of a database, in O(changed keys); all shards are held.</summary>
    public static void Flush(Session session, int database)
    {
        KeyspaceStore store = session.Store;
        // First what may fail: whether a watched key exists may have to be read.
        foreach (Shard shard in store.Shards)
            shard.Watches.TouchExisting(session, shard, store.Places.DatabaseAt(database));
        session.Journal.BeginStep(); // also where there is nothing to drop: it is logged all the same
        if (store.Count(database).Keys == 0) return;
        foreach (Shard shard in store.Shards) Reserve(session, shard);
        FlushedDatabase flushed = FlushedDatabase.Drop(store, database);
        if (!session.Journal.IsRecording) return;
        foreach (Shard shard in store.Shards) Push(session, shard, UndoKind.Flushed, null!).Old = flushed;
    }

    /// <summary>Makes a change that every shard has a part in; all shards are held.</summary>
    /// <param name="session">Who does.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="change">What takes it back.</param>
    /// <param name="make">Makes it.</param>
    public static void NoteWhole(Session session, UndoKind kind, IWholeChange change, Action make)
    {
        KeyspaceStore store = session.Store;
        session.Journal.BeginStep();
        foreach (Shard shard in store.Shards) Reserve(session, shard);
        make();
        foreach (Shard shard in store.Shards)
        {
            shard.Changes++;
            if (session.Journal.IsRecording) Push(session, shard, kind, null!).Old = change;
        }
    }

    /// <summary>Puts an entry back that was removed, with all it had.</summary>
    public static void Restore(Session session, Shard shard, in UndoItem removed)
    {
        Entry former = removed.Entry;
        Entry entry = Add(session, shard, former.Database, former.Hash, former.Name);
        Hold(session.Store, entry, removed);
        SetExpiry(session, shard, entry, removed.ExpiresAtUnixMs);
    }

    /// <summary>Gives an entry its former value back.</summary>
    public static void Restore(Session session, Shard shard, Entry entry, in UndoItem replaced)
    {
        BeforeChange(session.Store, shard, entry);
        Hold(session.Store, entry, replaced);
    }

    /// <summary>Gives an entry a former bit and its former length back.</summary>
    public static void RestoreBit(Session session, Shard shard, Entry entry, in UndoItem changed)
    {
        BeforeChange(session.Store, shard, entry);
        entry.Write(changed.Offset, changed.Bit, ref shard.LeftBytes);
        entry.LengthBytes = changed.LengthBytes;
    }

    private static void NoteFormer(ref UndoItem undo, Entry entry)
    {
        undo.Old = entry.Held;
        undo.LengthBytes = entry.LengthBytes;
        undo.ExpiresAtUnixMs = entry.ExpiresAtUnixMs;
    }

    private static void Hold(KeyspaceStore store, Entry entry, in UndoItem former)
    {
        entry.Hold(former.Old);
        entry.LengthBytes = former.LengthBytes;
        store.Memory.Add(entry.MemoryBytes);
        if (former.Old is PendingBits pending) store.NoteMove(pending);
    }

    private static void Detach(KeyspaceStore store, Shard shard, Entry entry)
    {
        BeforeChange(store, shard, entry);
        KeyTable table = shard.Table(entry.Database);
        table.Remove(entry);
        table.CountRemoved(entry.ExpiresAtUnixMs);
        shard.LeftBytes += entry.BitsBytes;
        entry.Release();
        shard.Dirty.CountDetached();
        if (entry.IsSaved) shard.Dirty.Removed.Add(new KeyId(entry.Database, entry.Hash, entry.Name));
        store.Names.Removed(entry.Database, entry.Name, isBelow: entry.IsSaved);
    }

    /// <summary>
    /// Call before a change of an entry. A change of an entry that was changed in this epoch already may be noted by
    /// <see cref="AfterChange"/> instead.
    /// </summary>
    private static void BeforeChange(KeyspaceStore store, Shard shard, Entry entry)
    {
        AfterChange(shard, entry);
        if (entry.ModifiedEpoch == store.Epoch) return;
        store.Capture?.Preserve(shard, entry);
        entry.ModifiedEpoch = store.Epoch;
        shard.Dirty.Changed.Add(entry);
    }

    /// <summary>Counts a change and breaks the watches on its key.</summary>
    private static void AfterChange(Shard shard, Entry entry)
    {
        Debug.Assert(shard.Gate.IsHeldByCurrentThread, "An entry is touched only while its shard is held.");
        shard.Changes++;
        shard.Watches.Touch(entry.Database, entry.Hash, entry.Name);
    }

    /// <summary>Refuses while nothing may be changed, and makes room to note a change.</summary>
    private static void Reserve(Session session, Shard shard)
    {
        if (!session.Journal.IsRecording) return;
        if (session.Store.IsRefusing) throw new WritesRefusedException();
        shard.Undo.Reserve(session.Store);
    }

    private static ref UndoItem Push(Session session, Shard shard, UndoKind kind, Entry entry)
    {
        session.Journal.BeginStep();
        ref UndoItem undo = ref shard.Undo.Push();
        undo.Position = -session.Journal.Step;
        undo.Kind = kind;
        undo.Entry = entry;
        return ref undo;
    }
}
