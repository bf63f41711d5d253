using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>A committed generation as readers see it. Immutable: a commit puts a new one in its place.</summary>
internal sealed record DatabaseState(Trailer Trailer, IndexRun[] Runs)
{
    private const int EntryArenaBytes = 64 << 10;

    /// <summary>Reads the directories and filters that a trailer names.</summary>
    public static DatabaseState Load(IFile file, Trailer trailer)
    {
        IndexRun[] runs = new IndexRun[trailer.Runs.Length];
        for (int i = 0; i < runs.Length; i++) runs[i] = IndexRun.Load(file, trailer.Runs[i]);
        return new DatabaseState(trailer, runs);
    }

    /// <summary>What the runs' filters are hashed with; new where there is none yet.</summary>
    public SipKey FilterKey => Array.Find(Runs, run => run.Filter is not null)?.Filter!.HashKey ?? SipKey.NewRandom();

    /// <summary>Bytes that a rewrite would keep: header, live values, the index as it is, and the trailer.</summary>
    public long LiveBytes
    {
        get
        {
            long bytes = DatabaseHeader.Bytes + Trailer.LiveValueBytes + Trailer.Bytes;
            foreach (RunReference run in Trailer.Runs) bytes += run.FileBytes;
            return bytes;
        }
    }

    /// <summary>Bytes of the index that are kept in memory.</summary>
    public long IndexMemoryBytes => Runs.Sum(run => run.MemoryBytes);

    /// <summary>
    /// The keys from one on, ascending bytewise, without deleted ones; a block of each run at a time.
    /// </summary>
    public IEnumerable<StoredEntry> ReadEntries(ReadOnlyMemory<byte> from)
    {
        MergedCursor cursor = new(Runs);
        cursor.Start(from.Span);
        byte[] arena = [];
        int count = 0;
        while (cursor.MoveNext())
        {
            if (cursor.Entry.IsDeleted) continue;
            int needed = cursor.Key.Length + cursor.Metadata.Length;
            if (arena.Length - count < needed) (arena, count) = (new byte[Math.Max(EntryArenaBytes, needed)], 0);
            Memory<byte> key = arena.AsMemory(count, cursor.Key.Length);
            Memory<byte> metadata = arena.AsMemory(count + key.Length, cursor.Metadata.Length);
            count += needed;
            cursor.Key.CopyTo(key.Span);
            cursor.Metadata.CopyTo(metadata.Span);
            yield return Stored(key, metadata, cursor.Entry);
        }
    }

    /// <summary>The key of an entry chosen by chance; null when there are none.</summary>
    public byte[]? SampleKey(Random random)
    {
        long left = Runs.Sum(run => run.Reference.Entries);
        if (left == 0) return null;
        left = random.NextInt64(left);
        int chosen = 0;
        while (left >= Runs[chosen].Reference.Entries) left -= Runs[chosen++].Reference.Entries;
        return new IndexCursor(Runs[chosen]).SampleKey(random);
    }

    /// <summary>Whether a key may be there, or may have been deleted: false is certain. O(runs).</summary>
    public bool MayHave(ReadOnlySpan<byte> key)
    {
        FilteredKey filtered = new(key);
        foreach (IndexRun run in Runs)
            if (filtered.MayBeIn(run)) return true;
        return false;
    }

    /// <summary>Looks a key up, newest run first.</summary>
    public bool TryFind(ReadOnlySpan<byte> key, out StoredEntry entry)
    {
        FilteredKey filtered = new(key);
        for (int i = Runs.Length - 1; i >= 0; i--)
        {
            if (!filtered.MayBeIn(Runs[i])) continue;
            if (!IndexLookup.TryFind(Runs[i], key, out IndexEntry found, out byte[] metadata)) continue;
            entry = found.IsDeleted ? default : Stored(key.ToArray(), metadata, found);
            return !found.IsDeleted;
        }

        entry = default;
        return false;
    }

    private static StoredEntry Stored(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> metadata, in IndexEntry entry) =>
        new(key, metadata, entry.ValueOffset, entry.ValueBytes, entry.ValueChecksum);
}
