using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Stored;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Names;

/// <summary>
/// The names of a database's keys from one name on, as of one instant: the sorted index of the database file, and over
/// it what changed since. Read in order, outside every lock, in bounded memory.
/// </summary>
public sealed class NameListing
{
    private readonly int _database;
    private readonly byte[]? _end;
    private readonly IEnumerable<NameState> _overlay;
    private readonly long _overlayNames;
    private readonly DatabaseFile? _file;
    private readonly IEnumerable<StoredEntry> _stored = [];
    private readonly long _storedKeys;

    /// <param name="database">The database.</param>
    /// <param name="from">The first name of interest.</param>
    /// <param name="end">The first name of no interest any more; null: to the end.</param>
    /// <param name="overlay">What differs from the file in that range, ascending.</param>
    /// <param name="overlayNames">How many these are, or up to two leaves more.</param>
    /// <param name="file">The file; null when none of its keys count.</param>
    internal NameListing(
        int database, byte[] from, byte[]? end, IEnumerable<NameState> overlay, long overlayNames, DatabaseFile? file)
    {
        _database = database;
        _end = end;
        _overlay = overlay;
        _overlayNames = overlayNames;
        if (file is null || file.Entries == 0) return;
        _file = file;
        _storedKeys = file.Entries;
        _stored = file.ReadEntries((byte[])[.. KeyCodec.StartOf(database), .. from]); // of this generation
    }

    /// <summary>What reading all of it costs, in chunks of a bitmap visited; an estimate from above.</summary>
    public long Cost
    {
        get
        {
            const int NamesPerChunk = 64; // about what visiting a chunk of a bitmap costs
            long names = _overlayNames + _storedKeys;
            return (names / NamesPerChunk) + (_file is null ? 0 : Costs.ShortRead);
        }
    }

    /// <summary>The names, ascending.</summary>
    /// <exception cref="DiskReadException">The file's index cannot be read.</exception>
    public IEnumerable<byte[]> Read()
    {
        foreach (NameState state in ReadStates())
            if (state.IsPresent) yield return state.Name;
    }

    /// <summary>Names that exist and names that the file has though they are gone.</summary>
    internal IEnumerable<NameState> ReadStates()
    {
        using IEnumerator<NameState> stored = ReadFile().GetEnumerator();
        bool hasStored = stored.MoveNext();
        foreach (NameState state in _overlay)
        {
            while (hasStored && stored.Current.CompareTo(state) < 0)
            {
                yield return stored.Current;
                hasStored = stored.MoveNext();
            }

            if (hasStored && stored.Current.CompareTo(state) == 0) hasStored = stored.MoveNext();
            yield return state;
        }

        while (hasStored)
        {
            yield return stored.Current;
            hasStored = stored.MoveNext();
        }
    }

    private IEnumerable<NameState> ReadFile()
    {
        byte[] start = KeyCodec.StartOf(_database);
        using IEnumerator<StoredEntry> entries = _stored.GetEnumerator();
        while (MoveNext(entries))
        {
            ReadOnlyMemory<byte> key = entries.Current.Key;
            if (!key.Span.StartsWith(start)) yield break;
            ReadOnlyMemory<byte> name = key[KeyCodec.DatabaseBytes..];
            if (_end is not null && name.Span.SequenceCompareTo(_end) >= 0) yield break;
            yield return new NameState(name.ToArray(), IsPresent: true);
        }
    }

    private bool MoveNext(IEnumerator<StoredEntry> entries)
    {
        try
        {
            return entries.MoveNext();
        }
        catch (Exception failure) when (failure is StorageException or CorruptFileException)
        {
            throw new DiskReadException(_file!.Path, failure);
        }
    }
}
