using Bitmapist.Engine.Bits;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// Removes keys whose time has come, resident or on disk: in the background, and before what concerns the keyspace as a
/// whole. Any thread, each with a session of its own.
/// </summary>
internal static class ExpiredKeys
{
    /// <summary>Removes them in short holds of one shard at a time.</summary>
    /// <returns>How many were removed.</returns>
    /// <exception cref="DiskReadException">The index of the database file cannot be read.</exception>
    public static long Remove(Session session)
    {
        KeyspaceStore store = session.Store;
        long removed = 0;
        foreach (Shard shard in store.Shards)
        {
            bool isMore = true;
            while (isMore)
            {
                using (session.Enter(1UL << shard.Number))
                    removed += RemoveResident(session, shard, EngineLimits.ExpiredPerHold, out isMore);
                if (store.Log is not { } log) continue;
                // No caller waits for these to be written, so nothing else keeps them from filling the log's buffer.
                if (log.AppendedPosition - log.WrittenPosition > EngineLimits.ExpiredRecordBytes) log.TryWrite();
                // A log that has just begun to fail has them come back until that is settled.
                isMore &= session.Store.IsRefusing || log.Failure is null;
            }
        }

        return removed + (store.Disk?.Expiries.RemoveDue(session) ?? 0);
    }

    /// <summary>Removes expired keys of a shard's table; the shard is held.</summary>
    /// <param name="session">Whose hold it is.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="itemsMax">How many items of the queue are looked at, those that count no more included.</param>
    /// <param name="isMore">Whether others may be due.</param>
    /// <returns>How many were removed.</returns>
    public static int RemoveResident(Session session, Shard shard, int itemsMax, out bool isMore)
    {
        int removed = 0;
        long now = session.NowUnixMs;
        isMore = true;
        for (int items = 0; items < itemsMax && isMore; items++)
        {
            isMore = shard.Expiries.TryTakeDue(now, out Entry? due);
            // Its database may have been flushed.
            if (due is null || shard.TableOrNull(due.Database)?.Find(due.Hash, due.Name) != due) continue;
            KeyChanges.RemoveExpired(session, shard, due);
            removed++;
        }

        return removed;
    }

    /// <summary>
    /// Removes them in short holds, so that little is left to remove while every shard is held. In a transaction they
    /// are held already.
    /// </summary>
    public static void RemoveShortly(Session session)
    {
        if (!session.InTransaction) Remove(session);
    }

    /// <summary>The same before a transaction; what cannot be read fails the command that needs it.</summary>
    public static void RemoveBeforeTransaction(Session session)
    {
        try
        {
            Remove(session);
        }
        catch (DiskReadException)
        {
            // The command that needs what cannot be read will say so.
        }
    }

    /// <summary>Removes what has expired since; every shard is held.</summary>
    /// <exception cref="DiskReadException">The index of the database file cannot be read.</exception>
    public static void RemoveHeld(Session session)
    {
        foreach (Shard shard in session.Store.Shards) RemoveResident(session, shard, int.MaxValue, out _);
        if (session.Store.Disk is { } disk) session.RemoveDueHeld(disk.Expiries);
    }
}
