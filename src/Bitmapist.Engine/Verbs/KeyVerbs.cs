using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Stored;

namespace Bitmapist.Engine.Verbs;

/// <summary>The verbs on keys, whatever their values.</summary>
public static class KeyVerbs
{
    /// <summary>Whether a key exists.</summary>
    public static bool Exists(this Session session, ReadOnlySpan<byte> name)
    {
        var key = new KeyRef(name);
        using ShardScope scope = session.Enter(key.ShardMask);
        return session.FindForRead(key) is not null;
    }

    /// <summary>Looks at a key without using it: it stays as idle as it is.</summary>
    /// <param name="session">The caller's.</param>
    /// <param name="name">The key.</param>
    /// <param name="value">Its value, frozen.</param>
    /// <param name="idleSeconds">Seconds since it was used; since the start, if it was on disk alone.</param>
    /// <returns>Whether it exists.</returns>
    public static bool TryPeek(
        this Session session, ReadOnlySpan<byte> name, out StringValue value, out long idleSeconds)
    {
        var key = new KeyRef(name);
        using ShardScope scope = session.Enter(key.ShardMask);
        int lastUsed = session.FindResident(key)?.LastUsed ?? 0;
        Entry? entry = session.Find(key);
        value = entry?.Freeze() ?? StringValue.Empty;
        idleSeconds = session.Store.Clock - lastUsed;
        if (entry is null) return false;
        entry.LastUsed = lastUsed;
        return true;
    }

    /// <summary>
    /// Bytes of memory that a key occupies, its name and what it is found by included; null when it is missing. Of one
    /// whose bits are in the database file, what tells where. O(chunks).
    /// </summary>
    public static long? MemoryBytes(this Session session, ReadOnlySpan<byte> name)
    {
        var key = new KeyRef(name);
        using ShardScope scope = session.Enter(key.ShardMask);
        return session.FindForRead(key)?.MemoryBytes;
    }

    /// <summary>Removes keys, all at one instant.</summary>
    /// <returns>How many existed.</returns>
    public static int Delete(this Session session, ReadOnlySpan<ReadOnlyMemory<byte>> names)
    {
        ulong shards = 0;
        foreach (ReadOnlyMemory<byte> name in names) shards |= Session.ShardsOf(name.Span);
        using ShardScope scope = session.Enter(shards);
        // All are looked up before the first is removed, as a look may fail.
        if (names.Length > 1)
            foreach (ReadOnlyMemory<byte> name in names) session.Find(new KeyRef(name.Span));
        int deleted = 0;
        foreach (ReadOnlyMemory<byte> name in names)
            if (RemoveHeld(session, new KeyRef(name.Span))) deleted++;
        session.Seal();
        return deleted;
    }

    /// <summary>Removes a key, if there is one, provided that another one is missing; one instant for both.</summary>
    /// <returns>False when that exists.</returns>
    public static bool TryDeleteInstead(this Session session, ReadOnlySpan<byte> missing, ReadOnlySpan<byte> name)
    {
        var source = new KeyRef(missing);
        var key = new KeyRef(name);
        using ShardScope scope = session.Enter(source.ShardMask | key.ShardMask);
        if (session.FindForRead(source) is not null) return false;
        KeyVerbs.RemoveHeld(session, key);
        session.Seal();
        return true;
    }

    /// <summary>
    /// Counts the existing ones among keys, all at one instant; a name given twice counts twice. None of them is idle
    /// then.
    /// </summary>
    public static int CountExisting(this Session session, ReadOnlySpan<ReadOnlyMemory<byte>> names)
    {
        ulong shards = 0;
        foreach (ReadOnlyMemory<byte> name in names) shards |= Session.ShardsOf(name.Span);
        using ShardScope scope = session.Enter(shards);
        int count = 0;
        foreach (ReadOnlyMemory<byte> name in names)
            if (session.FindForRead(new KeyRef(name.Span)) is not null) count++;
        return count;
    }

    /// <summary>
    /// Gives a key another name; an existing <paramref name="to"/> is overwritten or, if asked, respected.
    /// </summary>
    public static RenameResult Rename(
        this Session session, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, SetCondition condition)
    {
        var source = new KeyRef(from);
        var target = new KeyRef(to);
        using ShardScope scope = session.Enter(source.ShardMask | target.ShardMask);
        if (session.Find(source) is not { } entry) return RenameResult.NoSuchKey;
        if (from.SequenceEqual(to))
            return condition == SetCondition.IfMissing ? RenameResult.TargetExists : RenameResult.Renamed;
        Entry? overwritten = session.Find(target); // before anything is changed: this look may fail
        if (condition == SetCondition.IfMissing && overwritten is not null) return RenameResult.TargetExists;
        StringValue value = entry.Freeze();
        long expiresAt = entry.ExpiresAtUnixMs;
        KeyChanges.Remove(session, session.Store.Shards[source.Shard], entry);
        StringVerbs.PutHeld(session, target, overwritten, value, expiresAt);
        session.Effects.Rename(session.Database, from, to);
        if (overwritten is not null) session.Tell(KeyEvent.New, to); // as if it had been removed first
        session.Tell(KeyEvent.RenameFrom, from);
        session.Tell(KeyEvent.RenameTo, to);
        session.Seal();
        return RenameResult.Renamed;
    }

    /// <summary>
    /// Copies a key's value and expiry. O(1): the copy shares its containers until one of both changes.
    /// </summary>
    /// <returns>False when the source is missing or the target exists and may not be replaced.</returns>
    public static bool Copy(
        this Session session,
        ReadOnlySpan<byte> from,
        int toDatabase,
        ReadOnlySpan<byte> to,
        SetCondition condition)
    {
        var source = new KeyRef(from);
        var target = new KeyRef(to);
        using ShardScope scope = session.Enter(source.ShardMask | target.ShardMask);
        if (session.FindForRead(source) is not { } entry) return false;
        StringValue value = entry.Freeze();
        long expiresAt = entry.ExpiresAtUnixMs;
        int fromDatabase = session.Database;
        session.Database = toDatabase;
        try
        {
            Entry? overwritten = session.Find(target);
            if (condition == SetCondition.IfMissing && overwritten is not null) return false;
            StringVerbs.PutHeld(session, target, overwritten, value, expiresAt);
            session.Effects.Copy(fromDatabase, from, toDatabase, to);
            if (overwritten is not null) session.Tell(KeyEvent.New, to);
            session.Tell(KeyEvent.CopyTo, to);
            session.Seal();
            return true;
        }
        finally
        {
            session.Database = fromDatabase;
        }
    }

    /// <summary>Moves a key, with its value and expiry time, to another database. O(1).</summary>
    /// <returns>False when it is missing, or the other database has one of its name.</returns>
    public static bool Move(this Session session, ReadOnlySpan<byte> name, int toDatabase)
    {
        var key = new KeyRef(name); // a key is in the same shard in every database
        using ShardScope scope = session.Enter(key.ShardMask);
        if (session.Find(key) is not { } entry) return false;
        int fromDatabase = session.Database;
        session.Database = toDatabase;
        try
        {
            if (session.Find(key) is not null) return false;
            StringVerbs.PutHeld(session, key, null, entry.Freeze(), entry.ExpiresAtUnixMs);
        }
        finally
        {
            session.Database = fromDatabase;
        }

        KeyChanges.Remove(session, session.Store.Shards[key.Shard], entry);
        session.Effects.Copy(fromDatabase, name, toDatabase, name);
        session.Effects.Delete(fromDatabase, name);
        session.Tell(KeyEvent.MoveFrom, fromDatabase, name);
        session.Tell(KeyEvent.MoveTo, toDatabase, name);
        session.Seal();
        return true;
    }

    /// <summary>Number of keys in the selected database; expired ones are removed first. O(shards).</summary>
    public static long CountKeys(this Session session)
    {
        ExpiredKeys.RemoveShortly(session);
        using ShardScope scope = session.Enter(KeyspaceStore.AllShards);
        ExpiredKeys.RemoveHeld(session);
        return session.Store.Count(session.Place).Keys;
    }

    /// <summary>
    /// The databases that hold keys, all at one instant, in ascending order; expired keys are removed first.
    /// O(shards × databases in use).
    /// </summary>
    public static List<DatabaseCounts> CountByDatabase(this Session session)
    {
        ExpiredKeys.RemoveShortly(session);
        using ShardScope scope = session.Enter(KeyspaceStore.AllShards);
        ExpiredKeys.RemoveHeld(session);
        return CountHeld(session);
    }

    /// <summary>
    /// The same without removing anything: a key whose time has come just now may be counted. O(shards × databases in
    /// use).
    /// </summary>
    public static List<DatabaseCounts> CountAsStored(this Session session)
    {
        using ShardScope scope = session.Enter(KeyspaceStore.AllShards);
        return CountHeld(session);
    }

    private static List<DatabaseCounts> CountHeld(Session session)
    {
        var counts = new List<DatabaseCounts>();
        foreach ((int database, KeyCounts of) in session.Store.CountAll().By(session.Store.Places.DatabaseAt).Databases)
        {
            if (of.Keys == 0) continue;
            long averageTtlMs =
                of.Expiring == 0 ? 0 : (long)(of.ExpirySumUnixMs / of.Expiring) - session.NowUnixMs;
            counts.Add(new DatabaseCounts(database, of.Keys, of.Expiring, Math.Max(0, averageTtlMs)));
        }

        return counts;
    }

    /// <summary>Removes every key of a database. O(shards + keys changed since the last save).</summary>
    public static void Flush(this Session session, int database)
    {
        using ShardScope scope = session.Enter(KeyspaceStore.AllShards);
        KeyChanges.Flush(session, session.Store.Places.Of(database));
        session.Effects.Flush(database);
        session.Store.ChangeListener?.Flushed();
        session.Seal();
    }

    /// <summary>Gives each of two databases the keys of the other, at one instant. O(databases).</summary>
    public static void Swap(this Session session, int one, int other)
    {
        using ShardScope scope = session.Enter(KeyspaceStore.AllShards);
        if (one == other) return;
        SwappedDatabases.Swap(session, one, other);
        session.Effects.Swap(one, other);
        session.Seal();
    }

    /// <summary>Removes every key of every database, at one instant.</summary>
    public static void FlushAll(this Session session)
    {
        using ShardScope scope = session.Enter(KeyspaceStore.AllShards);
        for (int database = 0; database < session.Store.Databases; database++)
        {
            KeyChanges.Flush(session, session.Store.Places.Of(database));
            session.Effects.Flush(database);
        }

        session.Store.ChangeListener?.Flushed();
        session.Seal();
    }

    /// <summary>Removes a key if it exists, and logs that; its shard is held. The caller seals it.</summary>
    internal static bool RemoveHeld(Session session, in KeyRef key)
    {
        if (session.Find(key) is not { } entry) return false;
        KeyChanges.Remove(session, session.Store.Shards[key.Shard], entry);
        session.Effects.Delete(session.Database, key.Name);
        session.Tell(KeyEvent.Delete, key.Name);
        return true;
    }
}

/// <summary>What became of a RENAME.</summary>
public enum RenameResult
{
    Renamed,
    NoSuchKey,
    TargetExists,
}

/// <summary>What a database holds.</summary>
/// <param name="Database">Its number.</param>
/// <param name="Keys">Its keys.</param>
/// <param name="Expiring">Those of them that will expire.</param>
/// <param name="AverageTtlMs">The mean time these have left; 0 when there are none.</param>
public readonly record struct DatabaseCounts(int Database, long Keys, long Expiring, long AverageTtlMs);
