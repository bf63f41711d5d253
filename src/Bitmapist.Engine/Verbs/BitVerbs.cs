using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Engine.Verbs;

/// <summary>The verbs on single bits and on bitmaps as wholes.</summary>
public static class BitVerbs
{
    /// <summary>
    /// Sets or clears a bit; a missing key becomes a string just long enough, a shorter one grows.
    /// </summary>
    /// <returns>The bit's former value. A call that changes nothing is not logged.</returns>
    public static bool SetBit(this Session session, ReadOnlySpan<byte> name, uint offset, bool bit)
    {
        var key = new KeyRef(name);
        using ShardScope scope = session.EnterComputed(key, out Entry? entry);
        return SetBitHeld(session, key, entry, offset, bit);
    }

    /// <summary>
    /// The same, unless that would wait for bits to be computed or read: then nothing is done.
    /// </summary>
    /// <param name="name">The key.</param>
    /// <param name="offset">The bit's offset.</param>
    /// <param name="bit">Its new value.</param>
    /// <param name="old">Its former value, when it was set.</param>
    /// <param name="unfinished">Else what there is to wait for: call <see cref="SetBit"/> where waiting stalls
    /// nobody.</param>
    public static bool TrySetBit(
        this Session session,
        ReadOnlySpan<byte> name, uint offset, bool bit, out bool old, out PendingBits? unfinished)
    {
        var key = new KeyRef(name);
        using ShardScope scope = session.Enter(key.ShardMask);
        Entry? entry = session.Find(key);
        unfinished = session.InTransaction ? null : entry?.Unfinished;
        old = unfinished is null && SetBitHeld(session, key, entry, offset, bit);
        return unfinished is null;
    }

    /// <summary>The bit at an offset; false beyond the string's end and for a missing key.</summary>
    /// <param name="name">The key.</param>
    /// <param name="offset">The bit's offset.</param>
    /// <param name="bit">The bit, when it could be read.</param>
    /// <param name="unfinished">Else the value as of now, to be asked by the caller outside any lock.</param>
    public static bool TryGetBit(
        this Session session, ReadOnlySpan<byte> name, uint offset, out bool bit, out PendingBits? unfinished)
    {
        var key = new KeyRef(name);
        using ShardScope scope = session.Enter(key.ShardMask);
        Entry? entry = session.FindForRead(key);
        unfinished = entry?.Unfinished;
        bool? atOnce = unfinished is null
            ? entry?.Contains(offset) ?? false
            : unfinished.TryContainsAtOnce(offset);
        bit = atOnce ?? false;
        return atOnce is not null;
    }

    /// <summary>
    /// The number of one-bits of a string; 0 for a missing key. O(1), in memory or not, unless the string is the result
    /// of an operation that was never counted.
    /// </summary>
    /// <param name="name">The key.</param>
    /// <param name="cardinality">The count, when it is known.</param>
    /// <param name="unfinished">Else the value as of now, to be computed by the caller outside any lock.</param>
    public static bool TryGetCardinality(
        this Session session, ReadOnlySpan<byte> name, out long cardinality, out PendingBits? unfinished)
    {
        var key = new KeyRef(name);
        using ShardScope scope = session.Enter(key.ShardMask);
        Entry? entry = session.FindForRead(key);
        unfinished = entry?.Unfinished;
        long? atOnce = unfinished is null ? entry?.Cardinality ?? 0 : unfinished.TryCountAtOnce();
        cardinality = atOnce ?? 0;
        return atOnce is not null;
    }

    /// <summary>
    /// Decides <c>destination = operation(sources)</c> now, to be computed by the first thread that needs it. Sources
    /// that lie in the database file are read first, as that may fail, and what is decided must not.
    /// </summary>
    /// <param name="operation">NOT takes one source, the 8.2 forms but ONE at least two.</param>
    /// <param name="destination">Overwritten, its expiry dropped; removed when every source is missing or
    /// empty.</param>
    /// <param name="sources">Names; a missing key is an empty string.</param>
    /// <returns>The result: as long as the longest source.</returns>
    /// <exception cref="DiskReadException">A source cannot be read; nothing is changed.</exception>
    public static StringValue BitOp(
        this Session session,
        BitopKind operation, ReadOnlyMemory<byte> destination, ReadOnlyMemory<byte>[] sources)
    {
        var call = new BitOpCall(session, operation, destination, sources);
        call.Decide();
        return call.Result;
    }

    private static bool SetBitHeld(Session session, in KeyRef key, Entry? entry, uint offset, bool bit)
    {
        Shard shard = session.Store.Shards[key.Shard];
        bool old = false;
        if (entry is null)
        {
            entry = KeyChanges.Add(session, shard, session.Place, key.Hash, key.Name);
            entry.Clear();
            entry.LengthBytes = (offset / 8L) + 1;
            if (bit) entry.Write(offset, bit, ref shard.LeftBytes);
        }
        else if (!KeyChanges.TrySetBit(session, shard, entry, offset, bit, out old))
        {
            return old;
        }

        session.Effects.Bit(session.Database, key.Name, offset, bit);
        session.Tell(KeyEvent.SetBit, key.Name);
        session.Seal();
        return old;
    }
}
