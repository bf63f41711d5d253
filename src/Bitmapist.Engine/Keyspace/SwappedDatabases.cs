namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// A change that every shard has a part in, noted in all of their undo logs. Used while all shards are held.
/// </summary>
internal interface IWholeChange
{
    /// <summary>Takes it back; what came after it was taken back already.</summary>
    void Restore(KeyspaceStore store);
}

/// <summary>Two databases that were swapped, kept until the log has that for good.</summary>
internal sealed class SwappedDatabases(DatabasePlaces before) : IWholeChange
{
    /// <summary>Each of two databases gets the keys of the other. O(databases + watched keys).</summary>
    /// <exception cref="Bits.DiskReadException">Whether a watched key exists cannot be read.</exception>
    public static void Swap(Session session, int one, int other)
    {
        KeyspaceStore store = session.Store;
        foreach (Shard shard in store.Shards) shard.Watches.TouchSwapped(session, shard, one, other);
        SwappedDatabases swapped = new(store.Places);
        KeyChanges.NoteWhole(session, UndoKind.Swapped, swapped, () => store.Places = store.Places.Swap(one, other));
        session.Journal.KeepDeletionsInOrder();
    }

    public void Restore(KeyspaceStore store)
    {
        DatabasePlaces after = store.Places;
        store.Places = before;
        foreach (Shard shard in store.Shards)
        {
            shard.Changes++;
            for (int database = 0; database < store.Databases; database++)
                if (before.Of(database) != after.Of(database)) shard.Watches.TouchAll(database);
        }
    }
}
