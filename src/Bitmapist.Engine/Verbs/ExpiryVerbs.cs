using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Engine.Verbs;

/// <summary>The verbs on expiry times. All times are absolute unix milliseconds.</summary>
public static class ExpiryVerbs
{
    /// <summary>What <c>ExpiresAt</c> answers for a missing key.</summary>
    public const long NoSuchKey = -2;

    /// <summary>What it answers for a key that stays.</summary>
    public const long NoExpiry = -1;

    /// <summary>Sets a key's expiry time; a time that has come removes the key.</summary>
    /// <returns>Whether the key exists and the condition held.</returns>
    public static bool ExpireAt(
        this Session session, ReadOnlySpan<byte> name, long expiresAtUnixMs, ExpireCondition condition)
    {
        var key = new KeyRef(name);
        using ShardScope scope = session.Enter(key.ShardMask);
        if (session.Find(key) is not { } entry || !Holds(condition, entry.ExpiresAtUnixMs, expiresAtUnixMs))
            return false;
        ExpireHeld(session, key, entry, expiresAtUnixMs);
        return true;
    }

    /// <summary>Removes a key's expiry time.</summary>
    /// <returns>Whether it had one.</returns>
    public static bool Persist(this Session session, ReadOnlySpan<byte> name)
    {
        var key = new KeyRef(name);
        using ShardScope scope = session.Enter(key.ShardMask);
        return session.Find(key) is { } entry && PersistHeld(session, key, entry);
    }

    /// <summary>A key's expiry time, or <see cref="NoExpiry"/>, or <see cref="NoSuchKey"/>.</summary>
    /// <param name="name">The key.</param>
    /// <param name="nowUnixMs">The instant the answer belongs to.</param>
    public static long ExpiresAt(this Session session, ReadOnlySpan<byte> name, out long nowUnixMs)
    {
        var key = new KeyRef(name);
        using ShardScope scope = session.Enter(key.ShardMask);
        nowUnixMs = session.NowUnixMs;
        if (session.FindForRead(key) is not { } entry) return NoSuchKey;
        return entry.ExpiresAtUnixMs == 0 ? NoExpiry : entry.ExpiresAtUnixMs;
    }

    /// <summary>
    /// Sets the expiry time of a key that exists, and logs and seals that; its shard is held. A time that has come
    /// removes the key.
    /// </summary>
    internal static void ExpireHeld(Session session, in KeyRef key, Entry entry, long expiresAtUnixMs)
    {
        if (expiresAtUnixMs <= session.NowUnixMs)
        {
            KeyVerbs.RemoveHeld(session, key);
            session.Seal();
            return;
        }

        Shard shard = session.Store.Shards[key.Shard];
        if (entry.ExpiresAtUnixMs == expiresAtUnixMs)
        {
            shard.Watches.Touch(entry.Database, entry.Hash, entry.Name); // Redis signals this, too
            session.Tell(KeyEvent.Expire, key.Name);
            return;
        }

        KeyChanges.SetExpiry(session, shard, entry, expiresAtUnixMs);
        session.Effects.Expire(session.Database, key.Name, expiresAtUnixMs);
        session.Tell(KeyEvent.Expire, key.Name);
        session.Seal();
    }

    /// <summary>The same for no expiry time; false when it has none.</summary>
    internal static bool PersistHeld(Session session, in KeyRef key, Entry entry)
    {
        if (entry.ExpiresAtUnixMs == 0) return false;
        KeyChanges.SetExpiry(session, session.Store.Shards[key.Shard], entry, 0);
        session.Effects.Expire(session.Database, key.Name, 0);
        session.Tell(KeyEvent.Persist, key.Name);
        session.Seal();
        return true;
    }

    private static bool Holds(ExpireCondition condition, long current, long proposed)
    {
        // As Redis has it, a key without expiry outlives every time: GT never holds for it, LT always does.
        long currentOrForever = current == 0 ? long.MaxValue : current;
        return (!condition.HasFlag(ExpireCondition.IfNone) || current == 0)
            && (!condition.HasFlag(ExpireCondition.IfAny) || current != 0)
            && (!condition.HasFlag(ExpireCondition.IfLater) || (current != 0 && proposed > current))
            && (!condition.HasFlag(ExpireCondition.IfEarlier) || proposed < currentOrForever);
    }
}

/// <summary>When EXPIRE and its kin set the time; flags may be combined where Redis allows it.</summary>
[Flags]
public enum ExpireCondition
{
    None = 0,

    /// <summary>NX: the key has no expiry.</summary>
    IfNone = 1,

    /// <summary>XX: the key has an expiry.</summary>
    IfAny = 2,

    /// <summary>GT: the new time is later than the current one.</summary>
    IfLater = 4,

    /// <summary>LT: the new time is earlier than the current one, none counting as the latest.</summary>
    IfEarlier = 8,
}
