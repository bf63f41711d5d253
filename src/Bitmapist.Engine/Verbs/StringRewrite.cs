using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;

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

    private protected sealed override PendingBits? FindLong(Entry entry) =>
        entry.Unfinished ?? (entry.Freeze() is { Cost: var cost } frozen && cost + NewChunks > ChunksHeld
            ? frozen.Pending : null);

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
        long? lengthBytes = LengthOf(seen);
        if (lengthBytes is null || !Begin(lengthBytes)) return false;
        StringValue? rewritten = Rewrite(new StringValue(lengthBytes.Value, seen));
        var key = new KeyRef(Name);
        using ShardScope scope = Session.Enter(key.ShardMask);
        Entry? entry = Session.Find(key);
        if (entry is null || entry.LengthBytes != lengthBytes || !Has(entry, seen)) return false;
        Put(key, entry, rewritten);
        return true;
    }

    private long? LengthOf(PendingBits seen)
    {
        var key = new KeyRef(Name);
        using ShardScope scope = Session.Enter(key.ShardMask);
        return Session.Find(key) is { } entry && Has(entry, seen) ? entry.LengthBytes : null;
    }

    private static bool Has(Entry entry, PendingBits seen) =>
        entry.Unfinished is null && entry.Freeze().Bits == seen.ReadyBits;

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
