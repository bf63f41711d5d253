using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Roaring;

namespace Bitmapist.Engine.Verbs;

/// <summary>
/// A change of a part of a string. The new string is made of the old one, frozen, and shares with it what stays. Where
/// that is more than a moment's work it is done outside the key's shard, and done again should the string change
/// meanwhile. One thread at a time.
/// </summary>
public abstract class StringRewrite : StringEdit
{
    // Chunks up to which a string is rewritten with its shard held: a few microseconds.
    private const long ChunksHeld = 16;
    private const int AttemptsMax = 4; // outside the shard; somebody else writes all the time, so then within it

    private protected StringRewrite(Session session, ReadOnlyMemory<byte> name)
        : base(session, name)
    {
    }

    /// <inheritdoc/>
    public override void Run()
    {
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            if (TryRun(out PendingBits? seen)) return;
            seen!.Force();
            if (TryRunOn(seen)) return;
        }

        base.Run();
    }

    /// <summary>Chunks that are written.</summary>
    private protected abstract long NewChunks { get; }

    /// <summary>Looks at a string's length; false: nothing of it is to be changed, or may be.</summary>
    /// <param name="lengthBytes">The length; null: there is no such key.</param>
    private protected abstract bool Begin(long? lengthBytes);

    /// <summary>Makes the new string of the old one; null: it stays. Called again should the old one change.</summary>
    private protected abstract StringValue? Rewrite(in StringValue old);

    /// <summary>What happened to the key, for those who want to know.</summary>
    private protected abstract KeyEvent Event { get; }

    /// <summary>Notes for the log what was changed last.</summary>
    private protected abstract void Log();

    private protected sealed override PendingBits? FindLong(Entry? entry)
    {
        if (entry?.Unfinished is { } unfinished) return unfinished;
        StringValue frozen = entry?.Freeze() ?? StringValue.Empty;
        return frozen.Cost + NewChunks > ChunksHeld ? frozen.Pending : null;
    }

    private protected sealed override void Apply(in KeyRef key, Entry? entry)
    {
        if (Begin(entry?.LengthBytes)) Put(key, entry, Rewrite(Frozen(entry)));
    }

    // The bits are at hand, but of an entry in a transaction perhaps not yet.
    private static StringValue Frozen(Entry? entry)
    {
        if (entry is null) return StringValue.Empty;
        entry.MakeReady();
        return entry.Freeze();
    }

    /// <summary>Rewrites bits seen earlier outside the shard; false when they are the key's no longer.</summary>
    private bool TryRunOn(PendingBits seen)
    {
        bool isNew = ReferenceEquals(seen, StringValue.Empty.Pending); // no key has this one
        long? lengthBytes = isNew ? null : LengthOf(seen);
        if ((lengthBytes is null && !isNew) || !Begin(lengthBytes)) return false;
        StringValue? rewritten = Rewrite(isNew ? StringValue.Empty : new StringValue(lengthBytes!.Value, seen));
        var key = new KeyRef(Name);
        using ShardScope scope = Session.Enter(key.ShardMask);
        Entry? entry = Session.Find(key);
        bool isSame = entry is null ? isNew : !isNew && entry.LengthBytes == lengthBytes && Has(entry, seen);
        if (isSame) Put(key, entry, rewritten);
        return isSame;
    }

    private long? LengthOf(PendingBits seen)
    {
        var key = new KeyRef(Name);
        using ShardScope scope = Session.Enter(key.ShardMask);
        return Session.Find(key) is { } entry && Has(entry, seen) ? entry.LengthBytes : null;
    }

    // Hardly any ids are frozen anew each time, so they are compared; what is made of equal ones is the same.
    private static bool Has(Entry entry, PendingBits seen)
    {
        if (entry.Unfinished is not null) return false;
        FrozenBitmap bits = entry.Freeze().Bits, former = seen.Force();
        return bits == former || (bits.Cardinality <= FewIds.Max && former.Cardinality == bits.Cardinality
            && FewIds.Of(bits).AsSpan().SequenceEqual(FewIds.Of(former)));
    }

    private void Put(in KeyRef key, Entry? entry, in StringValue? rewritten)
    {
        if (rewritten is not { } value) return;
        Shard shard = Session.Store.Shards[key.Shard];
        if (entry is null) StringVerbs.PutHeld(Session, key, null, value, expiresAtUnixMs: 0);
        else KeyChanges.Rewrite(Session, shard, entry, value, (NewChunks + 1) * StringBytes.ChunkBytes);
        Log();
        Session.Tell(Event, Name);
        Session.Seal();
    }
}
