using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Engine.Verbs;

/// <summary>The verb for keys that come from another server.</summary>
public static class CopyInVerbs
{
    /// <summary>Makes a key this string with this expiry time, whatever it was before.</summary>
    /// <param name="name">The key.</param>
    /// <param name="value">Its value; O(its bits), outside the shard's lock but for the log's copy.</param>
    /// <param name="expiresAtUnixMs">Unix milliseconds; 0: never.</param>
    public static void Put(this Session session, ReadOnlySpan<byte> name, in StringValue value, long expiresAtUnixMs)
    {
        var key = new KeyRef(name);
        SerializedValue serialized = SerializedValue.Of(value);
        using ShardScope scope = session.Enter(key.ShardMask);
        StringVerbs.PutHeld(session, key, session.Find(key), serialized, expiresAtUnixMs);
        session.Tell(KeyEvent.Set, name);
        if (expiresAtUnixMs != StringVerbs.NoExpiry) session.Tell(KeyEvent.Expire, name);
        session.Seal();
    }
}
