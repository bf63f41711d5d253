using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Names;

namespace Bitmapist.Engine.Verbs;

/// <summary>The verbs on the names of all keys.</summary>
public static class NameVerbs
{
    private const int SamplesMax = 64;

    /// <summary>
    /// The names of the selected database's keys that begin with <paramref name="prefix"/>, as of one instant, to
    /// be read outside the locks. All shards are held for a moment.
    /// </summary>
    public static NameListing Names(this Session session, ReadOnlySpan<byte> prefix)
    {
        ExpiredKeys.RemoveShortly(session);
        byte[] from = prefix.ToArray();
        using ShardScope scope = session.Enter(KeyspaceStore.AllShards);
        ExpiredKeys.RemoveHeld(session);
        return session.Store.Names.List(session.Files, session.Place, from, EndOf(from));
    }

    /// <summary>
    /// One step of SCAN through the names that begin with a prefix, ascending. A key present from the first call
    /// (cursor 0) to the last (0 returned) is visited; one that comes or goes meanwhile may be. Any cursor is
    /// accepted: one that is not known starts over. O(count + log keys).
    /// </summary>
    /// <param name="cursor">Where to go on: what the last call returned.</param>
    /// <param name="prefix">What the names of interest begin with; empty: all.</param>
    /// <param name="count">So many names are visited; fewer when some are of removed keys, or at the end.</param>
    /// <param name="names">Receives the names.</param>
    /// <returns>The next cursor; 0 at the end.</returns>
    /// <exception cref="DiskReadException">The database file's index cannot be read.</exception>
    public static ulong Scan(
        this Session session, ulong cursor, ReadOnlySpan<byte> prefix, int count, List<byte[]> names)
    {
        ExpiredKeys.RemoveShortly(session);
        byte[] from = prefix.ToArray();
        byte[]? end = EndOf(from);
        ScanCursors cursors = session.Store.Cursors;
        if (cursors.Find(cursor) is { } last && last.AsSpan().SequenceCompareTo(from) >= 0) from = [.. last, 0];

        // One more than asked for tells whether this is the end.
        int visited = 0;
        byte[]? name = null;
        NameListing some = session.Store.Names.List(session.Files, session.Place, from, end, count + 1);
        foreach (NameState state in some.ReadStates())
        {
            if (visited++ == count) return cursors.Add(name!);
            name = state.Name;
            if (state.IsPresent) names.Add(name);
        }

        return 0;
    }

    /// <summary>The name of some key, or null when the database is empty.</summary>
    /// <exception cref="DiskReadException">The database file's index cannot be read.</exception>
    public static byte[]? RandomKey(this Session session)
    {
        ExpiredKeys.RemoveShortly(session);
        for (int i = 0; i < SamplesMax; i++)
            if (session.Store.SampleName(session.Place) is { } name && session.IsThere(name)) return name;
        // Few of what there is belong to this database: the first name from a random place on.
        byte[] place = [(byte)Random.Shared.Next(256)];
        return session.FirstName(place) ?? session.FirstName([]);
    }

    private static bool IsThere(this Session session, ReadOnlySpan<byte> name)
    {
        var key = new KeyRef(name);
        using ShardScope scope = session.Enter(key.ShardMask);
        return session.Find(key) is not null;
    }

    private static byte[]? FirstName(this Session session, byte[] from)
    {
        while (true)
        {
            NameListing some = session.Store.Names.List(
                session.Files, session.Place, from, end: null, countMax: 100);
            byte[]? last = null;
            foreach (NameState state in some.ReadStates())
            {
                if (state.IsPresent) return state.Name;
                last = state.Name;
            }

            if (last is null) return null;
            from = [.. last, 0];
        }
    }

    /// <summary>The first name behind all that begin with a prefix; null: there is none.</summary>
    private static byte[]? EndOf(byte[] prefix)
    {
        int count = prefix.AsSpan().LastIndexOfAnyExcept((byte)0xFF) + 1;
        if (count == 0) return null;
        byte[] end = prefix[..count];
        end[^1]++;
        return end;
    }
}
