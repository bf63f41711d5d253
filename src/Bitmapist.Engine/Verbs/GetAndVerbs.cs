using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Engine.Verbs;

/// <summary>The verbs that read a string and change its key in one step.</summary>
public static class GetAndVerbs
{
    /// <summary>Removes a key; its value was this. False when it is missing. O(1).</summary>
    public static bool GetAndDelete(this Session session, ReadOnlySpan<byte> name, out StringValue value)
    {
        var key = new KeyRef(name);
        using ShardScope scope = session.Enter(key.ShardMask);
        Entry? entry = session.FindForRead(key);
        value = entry?.Freeze() ?? StringValue.Empty;
        if (entry is null) return false;
        KeyVerbs.RemoveHeld(session, key);
        session.Seal();
        return true;
    }

    /// <summary>
    /// Gives a key an expiry time, or takes it away; its value is this. A time that has come removes the key. O(1).
    /// </summary>
    /// <param name="session">The caller's.</param>
    /// <param name="name">The key.</param>
    /// <param name="expiresAtUnixMs">Unix milliseconds; <see cref="StringVerbs.NoExpiry"/>: it stays.</param>
    /// <param name="value">What the key holds.</param>
    /// <returns>False when the key is missing.</returns>
    public static bool GetAndExpire(
        this Session session, ReadOnlySpan<byte> name, long expiresAtUnixMs, out StringValue value)
    {
        var key = new KeyRef(name);
        using ShardScope scope = session.Enter(key.ShardMask);
        Entry? entry = session.FindForRead(key);
        value = entry?.Freeze() ?? StringValue.Empty;
        if (entry is null) return false;
        if (expiresAtUnixMs == StringVerbs.NoExpiry) ExpiryVerbs.PersistHeld(session, key, entry);
        else ExpiryVerbs.ExpireHeld(session, key, entry, expiresAtUnixMs);
        return true;
    }
}
