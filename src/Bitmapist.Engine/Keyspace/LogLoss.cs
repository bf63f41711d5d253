using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Keyspace;

/// <summary>What the keyspace does when the log cannot keep what was changed, and when it can again.</summary>
internal static class LogLoss
{
    /// <summary>
    /// Takes back what a failing log does not have, and refuses changes from now on; all shards are held. Reads go on,
    /// of what was acknowledged.
    /// </summary>
    /// <returns>The log's position up to which changes stay.</returns>
    public static long Refuse(Session session)
    {
        KeyspaceStore store = session.Store;
        LogWriter log = store.Log!;
        store.IsRefusing = true;
        long retained = log.Discard(retained =>
        {
            if (log.AppendedPosition > retained) store.Era++;
            if (store.Capture is { } capture && capture.CutPosition > retained) store.AbandonCapture(capture);
        });
        Undo.To(session, retained);
        return retained;
    }

    /// <summary>The log works again: allows changes, once it has what is owed to it; all shards are held.</summary>
    public static void Allow(Session session)
    {
        session.Store.IsRefusing = false;
        KeyChanges.LogOwed(session);
    }

    /// <summary>Drops what need not be kept for taking changes back, in short holds of one shard at a time.</summary>
    public static void TrimUndo(KeyspaceStore store)
    {
        long retained = store.RetainedPosition;
        foreach (Shard shard in store.Shards)
            lock (shard.Gate) shard.Undo.Trim(retained);
    }

    /// <summary>Whether taking changes back could bring back values that lie unread in a replaced file.</summary>
    public static bool MayRestoreFromOther(KeyspaceStore store, DatabaseFile current)
    {
        TrimUndo(store); // what the log has by now is not taken back any more
        foreach (Shard shard in store.Shards)
            lock (shard.Gate)
                if (shard.Undo.RefersToOther(current)) return true;
        return false;
    }
}
