using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Engine.Verbs;

/// <summary>The verbs on the strings of several keys at one instant.</summary>
public static class ManyVerbs
{
    /// <summary>The keys' values, frozen; null for a missing one. O(keys), and each may be still to compute.</summary>
    public static StringValue?[] GetMany(this Session session, ReadOnlySpan<ReadOnlyMemory<byte>> names)
    {
        ulong shards = 0;
        foreach (ReadOnlyMemory<byte> name in names) shards |= Session.ShardsOf(name.Span);
        using ShardScope scope = session.Enter(shards);
        var values = new StringValue?[names.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = session.FindForRead(new KeyRef(names[i].Span))?.Freeze();
        return values;
    }

    /// <summary>
    /// Sets keys to strings, without expiry times; of a key given twice the last counts. O(bytes), outside the shards'
    /// locks but for the log's copy.
    /// </summary>
    /// <param name="session">The caller's.</param>
    /// <param name="pairs">Names, each followed by its string of at most 512 MiB.</param>
    /// <param name="condition">All of them, or <see cref="SetCondition.IfMissing"/>: only if none exists.</param>
    /// <returns>Whether they were set.</returns>
    public static bool SetMany(
        this Session session, ReadOnlySpan<ReadOnlyMemory<byte>> pairs, SetCondition condition)
    {
        ulong shards = 0;
        var values = new SerializedValue[pairs.Length / 2];
        for (int i = 0; i < values.Length; i++)
        {
            shards |= Session.ShardsOf(pairs[2 * i].Span);
            values[i] = SerializedValue.Of(pairs[(2 * i) + 1].Span);
        }

        using ShardScope scope = session.Enter(shards);
        // All are looked up before the first is changed: a look may fail, and an expired predecessor must be gone.
        for (int i = 0; i < values.Length; i++)
        {
            bool exists = session.Find(new KeyRef(pairs[2 * i].Span)) is not null;
            if (exists && condition == SetCondition.IfMissing) return false;
        }

        for (int i = 0; i < values.Length; i++)
        {
            var key = new KeyRef(pairs[2 * i].Span);
            StringVerbs.PutHeld(session, key, session.FindResident(key), values[i], expiresAtUnixMs: 0);
            session.Tell(KeyEvent.Set, key.Name);
        }

        session.Seal();
        return true;
    }
}
