using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Engine.Verbs;

/// <summary>The verbs on strings as wholes.</summary>
public static class StringVerbs
{
    /// <summary>
    /// A key's value as of now, frozen; false when it is missing. O(1), and may be still to compute.
    /// </summary>
    public static bool TryGet(this Session session, ReadOnlySpan<byte> name, out StringValue value)
    {
        var key = new KeyRef(name);
        using ShardScope scope = session.Enter(key.ShardMask);
        Entry? entry = session.FindForRead(key);
        value = entry?.Freeze() ?? StringValue.Empty;
        return entry is not null;
    }

    /// <summary>Length in bytes; 0 for a missing key. O(1).</summary>
    public static long Length(this Session session, ReadOnlySpan<byte> name)
    {
        var key = new KeyRef(name);
        using ShardScope scope = session.Enter(key.ShardMask);
        return session.FindForRead(key)?.LengthBytes ?? 0;
    }

    /// <summary>Sets a key to a string. O(bytes), outside the shard's lock but for the log's copy.</summary>
    /// <param name="name">The key.</param>
    /// <param name="bytes">At most 512 MiB.</param>
    /// <param name="condition">Whether the key must exist or be missing.</param>
    /// <param name="expiry">Its expiry time in unix milliseconds, <see cref="NoExpiry"/> or <see
    /// cref="KeepExpiry"/>.</param>
    /// <param name="old">The former value, null when the key was missing; set whether the condition held or
    /// not.</param>
    /// <param name="isRead">The former value is asked for: that counts as reading the key.</param>
    /// <returns>Whether the condition held and the key was set.</returns>
    public static bool Set(
        this Session session,
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> bytes,
        SetCondition condition,
        long expiry,
        out StringValue? old,
        bool isRead = false)
    {
        var key = new KeyRef(name);
        SerializedValue value = SerializedValue.Of(bytes);
        using ShardScope scope = session.Enter(key.ShardMask);
        bool isFound = isRead || condition != SetCondition.Always;
        Entry? entry = isFound ? session.FindForRead(key, isWrite: !isRead) : session.Find(key);
        old = entry?.Freeze();
        if (condition == SetCondition.IfMissing && entry is not null) return false;
        if (condition == SetCondition.IfExists && entry is null) return false;
        long expiresAt = expiry == KeepExpiry ? entry?.ExpiresAtUnixMs ?? 0 : expiry;
        PutHeld(session, key, entry, value, expiresAt);
        session.Tell(KeyEvent.Set, name);
        if (expiry is not (NoExpiry or KeepExpiry)) session.Tell(KeyEvent.Expire, name);
        session.Seal();
        return true;
    }

    /// <summary>No expiry time.</summary>
    public const long NoExpiry = 0;

    /// <summary>The expiry time the key has.</summary>
    public const long KeepExpiry = -1;

    /// <summary>
    /// Makes a key this value, wholly new or overwritten; its shard is held. The caller logs and seals that.
    /// </summary>
    /// <param name="session">Whose selected database it is.</param>
    /// <param name="key">The key.</param>
    /// <param name="existing">What the caller found under the key in this hold: an expired predecessor was removed
    /// then, and a replay must see that deletion first; and a look into the database file may fail, which must come
    /// before anything is changed.</param>
    /// <param name="value">The value.</param>
    /// <param name="expiresAtUnixMs">When it expires; 0: never.</param>
    internal static void PutHeld(
        Session session, in KeyRef key, Entry? existing, in StringValue value, long expiresAtUnixMs)
    {
        KeyspaceStore store = session.Store;
        Shard shard = store.Shards[key.Shard];
        Entry entry = existing ?? KeyChanges.Add(session, shard, session.Place, key.Hash, key.Name);
        if (existing is null) KeyChanges.Put(store, entry, value);
        else KeyChanges.Replace(session, shard, entry, value);
        KeyChanges.SetExpiry(session, shard, entry, expiresAtUnixMs);
    }

    /// <summary>The same, and logs it; the caller seals it.</summary>
    internal static void PutHeld(
        Session session, in KeyRef key, Entry? existing, in SerializedValue value, long expiresAtUnixMs)
    {
        PutHeld(session, key, existing, value.Value, expiresAtUnixMs);
        session.Effects.Set(
            session.Database, key.Name, value.Value.LengthBytes, expiresAtUnixMs, value.Bits.Span);
    }

    /// <summary>The same for a few bytes, which may be converted while the shard is held.</summary>
    internal static void PutShort(
        Session session, in KeyRef key, Entry? existing, ReadOnlySpan<byte> bytes, long expiresAtUnixMs) =>
        PutHeld(session, key, existing, SerializedValue.Of(bytes), expiresAtUnixMs);
}

/// <summary>When SET sets.</summary>
public enum SetCondition
{
    Always,

    /// <summary>NX.</summary>
    IfMissing,

    /// <summary>XX.</summary>
    IfExists,
}
