using System.Runtime.InteropServices;
using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// The index runs of a generation being written, oldest first, and the sums over what is live in them. Looks up every
/// key that is put, so that live and dead bytes are exact and no deletion is kept for a key that is not there. One
/// thread.
/// </summary>
internal sealed class RunSet
{
    /// <summary>
    /// A run is merged with the newer ones once they hold a quarter as many entries: sizes then grow fourfold from run
    /// to run, each entry is rewritten about log4(keys) times, and 16 runs suffice for 4^15 keys.
    /// </summary>
    private const int GrowthFactor = 4;

    private readonly IFile _file;
    private readonly SipKey _filterKey;
    private readonly List<IndexRun> _runs;
    private IndexCursor[] _cursors = [];

    public RunSet(IFile file, DatabaseState? state, SipKey filterKey)
    {
        _file = file;
        _filterKey = filterKey;
        _runs = state is null ? [] : [.. state.Runs];
        LiveEntries = state?.Trailer.LiveEntries ?? 0;
        LiveValueBytes = state?.Trailer.LiveValueBytes ?? 0;
    }

    public IReadOnlyList<IndexRun> Runs => _runs;
    public long LiveEntries { get; private set; }
    public long LiveValueBytes { get; private set; }

    /// <summary>Adds a run whose last byte was just written; its filter follows it.</summary>
    public void Add(RunReference reference, FileAppender output)
    {
        output.Flush();
        _runs.Add(WithFilter(IndexRun.LoadWithoutFilter(_file, reference), output));
    }

    /// <summary>
    /// Gives a filter to runs that have none, as they were written by a version that knew none. O(their entries).
    /// </summary>
    public void AddMissingFilters(FileAppender output)
    {
        for (int i = 0; i < _runs.Count; i++)
        {
            if (_runs[i].Filter is not null) continue;
            try
            {
                _runs[i] = WithFilter(_runs[i], output);
            }
            catch (CorruptFileException)
            {
                // A block of it is damaged. A lookup of a key of that block is told; what this generation is to
                // save does not depend on it.
            }
        }
    }

    /// <summary>Called before entries in ascending order of key are accounted for.</summary>
    public void BeginAccounting() => _cursors = [.. _runs.Select(run => new IndexCursor(run))];

    /// <summary>
    /// Accounts for an entry about to be written; false for a deletion of a key that is not live, which need not be.
    /// </summary>
    public bool Account(ReadOnlySpan<byte> key, in IndexEntry entry)
    {
        bool replaces = false;
        FilteredKey filtered = new(key);
        for (int i = _cursors.Length - 1; i >= 0 && !replaces; i--)
        {
            if (!filtered.MayBeIn(_runs[i])) continue;
            IndexCursor cursor = _cursors[i];
            if (!cursor.SeekForward(key) || !cursor.Key.SequenceEqual(key)) continue;
            if (cursor.Entry.IsDeleted) break;
            replaces = true;
            LiveEntries--;
            LiveValueBytes -= cursor.Entry.StoredBytes;
        }

        if (entry.IsDeleted) return replaces;
        LiveEntries++;
        LiveValueBytes += entry.StoredBytes;
        return true;
    }

    /// <summary>Merges the newest runs as far as the size rule asks; the index alone is rewritten.</summary>
    public void Merge(FileAppender output)
    {
        int from = MergeFrom();
        if (from >= _runs.Count - 1) return;
        MergedCursor cursor = new(CollectionsMarshal.AsSpan(_runs)[from..]);
        cursor.Start(default);
        RunWriter writer = new(output);
        bool any = false;
        while (cursor.MoveNext())
        {
            // Nothing older is left that a deletion would have to hide.
            if (from == 0 && cursor.Entry.IsDeleted) continue;
            writer.Add(cursor.Key, cursor.Entry, cursor.Metadata);
            any = true;
        }

        _runs.RemoveRange(from, _runs.Count - from);
        if (!any) return;
        Add(writer.Finish(), output);
    }

    private IndexRun WithFilter(IndexRun run, FileAppender output)
    {
        KeyFilter filter = KeyFilter.Build(run, _filterKey);
        long offset = output.Position;
        int bytes = IndexFrame.Append(output, filter.Payload);
        return run.With(run.Reference with { FilterOffset = offset, FilterBytes = bytes }, filter);
    }

    /// <summary>
    /// The oldest run of which the newer ones hold a quarter as many entries; all from there on become one. A
    /// generation of very many keys adds several runs of one size: the newest alone would not tell.
    /// </summary>
    private int MergeFrom()
    {
        int from = _runs.Count - 1;
        long newer = 0;
        for (int i = _runs.Count - 1; i >= 0; i--)
        {
            long entries = _runs[i].Reference.Entries;
            if (entries < newer * GrowthFactor || i >= StorageLimits.LiveRunsMax - 1) from = i;
            newer += entries;
        }

        return from;
    }
}
