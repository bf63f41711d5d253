using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Engine.Verbs;

/// <summary>The verb for a key that comes as a payload.</summary>
public static class RestoreVerbs
{
    /// <summary>Makes a key this string.</summary>
    /// <param name="session">The caller's.</param>
    /// <param name="name">The key.</param>
    /// <param name="value">Its value, bits at hand; O(bits), outside the shard's lock but for the log's copy.</param>
    /// <param name="expiresAtUnixMs">Unix milliseconds; 0: never. When that has come, there is no such key
    /// afterwards.</param>
    /// <param name="condition">Whether the key must be missing.</param>
    /// <param name="idleSeconds">For how long the key counts as unused.</param>
    /// <returns>Whether the condition held.</returns>
    public static bool Restore(
        this Session session,
        ReadOnlySpan<byte> name,
        in StringValue value,
        long expiresAtUnixMs,
        SetCondition condition,
        long idleSeconds)
    {
        var key = new KeyRef(name);
        SerializedValue serialized = SerializedValue.Of(value);
        using ShardScope scope = session.Enter(key.ShardMask);
        Entry? existing = session.Find(key);
        if (condition == SetCondition.IfMissing && existing is not null) return false;
        if (expiresAtUnixMs != 0 && expiresAtUnixMs <= session.NowUnixMs)
        {
            KeyVerbs.RemoveHeld(session, key);
        }
        else
        {
            StringVerbs.PutHeld(session, key, existing, serialized, expiresAtUnixMs);
            if (existing is not null) session.Tell(KeyEvent.New, name); // as if it had been removed first
            session.Tell(KeyEvent.Restore, name);
            session.FindResident(key)!.LastUsed = (int)Math.Max(int.MinValue, session.Store.Clock - idleSeconds);
        }

        session.Seal();
        return true;
    }
}
