using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// A database file (docs/format/database.md): generations of opaque values behind one another, each ended by a trailer
/// that makes it the database. Any thread reads; one writer at a time appends. Reads see the generation that was
/// newest when they began.
/// <para>
/// The file is open as long as anybody holds it: its opener, until <see cref="Dispose"/>, and every reader that
/// said <see cref="TryHold"/>, until <see cref="Release"/>. So one that another file replaced gives its space back with
/// its last reader.
/// </para>
/// </summary>
public sealed class DatabaseFile : IDisposable
{

    private readonly IFileSystem _files;
    private readonly IFile _file;
    private volatile DatabaseState _state;
    private int _writing;
    private volatile bool _replaced;
    private volatile bool _hasRest; // bytes of an unfinished generation are behind the newest whole one
    private int _holds = 1; // the opener's
    private int _disposed;

    private DatabaseFile(IFileSystem files, IFile file, Guid id, DatabaseState state)
    {
        _files = files;
        _file = file;
        _state = state;
        Id = id;
        TornBytes = Math.Max(0, file.Length - state.Trailer.End);
        _hasRest = TornBytes > 0;
    }

    /// <summary>What every database file begins with.</summary>
    public static ReadOnlySpan<byte> Magic => DatabaseHeader.Magic;

    public string Path => _file.Path;

    /// <summary>Made at random with the file; a compaction keeps it, a backup has its own.</summary>
    public Guid Id { get; }

    /// <summary>The first log segment whose records are not in this file.</summary>
    public long FirstLogSequence => _state.Trailer.FirstLogSequence;

    /// <summary>Number of the newest generation, from 0.</summary>
    public long Generation => _state.Trailer.Generation;

    /// <summary>Keys that are there.</summary>
    public long Entries => _state.Trailer.LiveEntries;

    /// <summary>Bytes behind the newest whole generation when opened: an unfinished one, cut by the next.</summary>
    public long TornBytes { get; }

    public long FileBytes => _file.Length;

    /// <summary>Bytes that a rewrite would keep; the rest of the file is garbage.</summary>
    public long LiveBytes => _state.LiveBytes;

    /// <summary>
    /// Opens a database. Throws <see cref="StorageException"/> when it is not there and
    /// <see cref="CorruptFileException"/> for a foreign, newer or damaged file, which stays untouched.
    /// </summary>
    public static DatabaseFile Open(IFileSystem files, string path)
    {
        IFile file = files.Open(path, FileOpen.OpenExisting);
        try
        {
            Guid id = DatabaseHeader.Read(file);
            Trailer trailer = Trailer.FindNewest(file, id);
            DatabaseState state = DatabaseState.Load(file, trailer);
            // The trailer may only be in the system's memory, or be there unwritten after a failed fsync. What
            // relies on it, deleting log segments, must not come before it is on the disk: so it is written again.
            file.Write(trailer.Offset, trailer.Encode());
            file.Sync();
            files.SyncDirectory(ParentDirectory.Of(path));
            return new DatabaseFile(files, file, id, state);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a database, or makes an empty one where there is none or an empty file.</summary>
    public static DatabaseFile OpenOrCreate(IFileSystem files, string path)
    {
        if (!IsMissing(files, path, out bool isEmpty)) return Open(files, path);
        NewDatabaseFile.Create(files, path, isReplacing: isEmpty);
        try
        {
            return Open(files, path);
        }
        catch
        {
            if (!isEmpty) NewDatabaseFile.DeleteQuietly(files, path);
            throw;
        }
    }

    /// <summary>Whether there is no database under a path yet, but nothing or an empty file.</summary>
    public static bool IsMissing(IFileSystem files, string path, out bool isEmpty)
    {
        isEmpty = false;
        if (!files.Exists(path)) return true;
        using IFile file = files.Open(path, FileOpen.ReadExisting);
        return isEmpty = file.Length == 0;
    }

    /// <summary>
    /// Begins a new file with an id of its own, say a backup: written beside <paramref name="path"/> and put in its
    /// place by the commit. Values already stored in <paramref name="source"/> can be put into it.
    /// </summary>
    public static GenerationWriter CreateAt(IFileSystem files, string path, DatabaseFile? source = null) =>
        NewDatabaseFile.Begin(
            files, path, Guid.NewGuid(), generation: 0, SipKey.NewRandom(), source?._file, place: files.Rename,
            end: () => { });

    /// <summary>
    /// Begins the next generation in this file, which must be in its place, as it must when it is committed.
    /// InvalidOperationException while another is being written.
    /// </summary>
    public GenerationWriter BeginGeneration()
    {
        // Before anything behind the newest generation is cut.
        if (!_replaced && Volatile.Read(ref _writing) == 0) RequireInPlace();
        EnterWriting();
        DatabaseState current = _state;
        try
        {
            DeleteUnfinished();
            // What an unfinished generation left behind must be gone before anything is written over it.
            CutTo(current.Trailer.End);
            GenerationTarget target = new(
                _file, Id, current, current.Trailer.Generation + 1, current.FilterKey, _file, RequireInPlace,
                Publish: committed => _state = committed,
                End: published =>
                {
                    if (!published) CutBack(current.Trailer.End);
                    LeaveWriting();
                });
            return new GenerationWriter(target, current.Trailer.End);
        }
        catch
        {
            LeaveWriting();
            throw;
        }
    }

    /// <summary>
    /// Begins the next generation in a file of its own that takes this one's place when committed: compaction. The
    /// writer is given every key to keep. Afterwards this object can still be read, until closed, but not written;
    /// <see cref="Open"/> opens the new file.
    /// </summary>
    public GenerationWriter BeginRewrite() => BeginFile(Path, isAgain: false, (unfinished, path) =>
    {
        RequireInPlace(); // what else may be there is not to be replaced
        _files.Rename(unfinished, path);
        _replaced = true;
    });

    /// <summary>
    /// As <see cref="BeginRewrite"/>, but the file is put where nothing is: under this one's own path, from which
    /// it was moved or deleted, or another. Where something is the commit throws <see cref="StorageException"/>.
    /// </summary>
    public GenerationWriter BeginReplacement(string path) => BeginFile(path, isAgain: true, (unfinished, free) =>
    {
        NewDatabaseFile.PutInFreePlace(_files, unfinished, free);
        _replaced = true;
    });

    /// <summary>A file that was made from this one has taken its place.</summary>
    public bool IsReplaced => _replaced;

    /// <summary>What a start would find under the path instead of this file as it was last committed.</summary>
    public DatabasePlace Place => _file.Place switch
    {
        FilePlace.Nothing => DatabasePlace.Gone,
        FilePlace.Another => DatabasePlace.Replaced,
        _ => IsOverwritten ? DatabasePlace.Overwritten : DatabasePlace.InPlace,
    };

    /// <summary>
    /// The bytes of the open file, wherever it is now, are not those that were committed, or others follow them.
    /// </summary>
    public bool IsOverwritten
    {
        get
        {
            Trailer trailer = _state.Trailer;
            if (Volatile.Read(ref _writing) == 0 && !_hasRest && _file.Length > trailer.End) return true;
            byte[] expected = new byte[DatabaseHeader.Bytes];
            DatabaseHeader.Write(expected, Id);
            return !HasBytes(0, expected) || !HasBytes(trailer.Offset, trailer.Encode());
        }
    }

    /// <summary>Throws <see cref="StorageException"/> unless a start would find this file under its path.</summary>
    public void RequireInPlace()
    {
        string? found = Place switch
        {
            DatabasePlace.Gone => "was deleted or moved while in use",
            DatabasePlace.Replaced => "was replaced by another file while in use",
            DatabasePlace.Overwritten => "was overwritten while in use",
            _ => null,
        };
        if (found is not null) throw new StorageException(Path, null, found);
    }

    /// <summary>
    /// Deletes what a crash left of a file that was to replace this one. If that fails it is tried again: it is in the
    /// way of the next rewrite alone, which says so.
    /// </summary>
    public void DeleteUnfinished() => NewDatabaseFile.DeleteQuietly(_files, Path + NewDatabaseFile.UnfinishedSuffix);

    /// <summary>
    /// Keeps the file open until <see cref="Release"/>; false when it is closed already, as it has been replaced and
    /// its last holder released it.
    /// </summary>
    public bool TryHold()
    {
        int seen = Volatile.Read(ref _holds);
        while (seen > 0)
        {
            int found = Interlocked.CompareExchange(ref _holds, seen + 1, seen);
            if (found == seen) return true;
            seen = found;
        }

        return false;
    }

    /// <summary>Releases what <see cref="TryHold"/> held.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holds) == 0) _file.Dispose();
    }

    /// <summary>
    /// The keys from <paramref name="from"/> on, ascending bytewise, without deleted ones, of the generation that is
    /// newest when this is called. Reads one index block of each run at a time, as they are asked for. Throws
    /// <see cref="CorruptFileException"/> when one does not match its checksum.
    /// </summary>
    public IEnumerable<StoredEntry> ReadEntries(ReadOnlyMemory<byte> from = default) => _state.ReadEntries(from);

    /// <summary>
    /// The stored key of an entry chosen by chance, each about as likely as another; it may have been deleted or
    /// replaced since. Null when there are none. Reads one index block.
    /// </summary>
    public byte[]? SampleKey(Random random) => _state.SampleKey(random);

    /// <summary>Bytes of the index that are kept in memory.</summary>
    public long IndexMemoryBytes => _state.IndexMemoryBytes;

    /// <summary>
    /// Whether a key may be there, or may have been deleted: false is certain. Reads nothing: O(runs), one place in
    /// memory for each.
    /// </summary>
    public bool MayHave(ReadOnlySpan<byte> key) => _state.MayHave(key);

    /// <summary>
    /// Looks a key up, newest run first: of most runs that do not have it their filters, in memory, know; in the others
    /// it takes a binary search in memory and one index block read.
    /// </summary>
    public bool TryFind(ReadOnlySpan<byte> key, out StoredEntry entry) => _state.TryFind(key, out entry);

    /// <summary>
    /// Reads a value, whose length <paramref name="destination"/> has, and verifies it. Throws
    /// <see cref="CorruptFileException"/>.
    /// </summary>
    public void ReadValue(in StoredEntry entry, Span<byte> destination)
    {
        if (destination.Length != entry.ValueBytes)
        {
            throw new ArgumentException(
                $"The value has {entry.ValueBytes} bytes, the destination {destination.Length}.", nameof(destination));
        }

        ValueFormat.Read(_file, entry, destination);
    }

    /// <summary>
    /// Reads and verifies bytes [start, start + destination.Length) of a value without the rest: O(bytes asked for),
    /// rounded up to 4 KiB chunks.
    /// </summary>
    public void ReadValueRange(in StoredEntry entry, int start, Span<byte> destination)
    {
        if (start < 0 || start > entry.ValueBytes - destination.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(start), start,
                $"{destination.Length} bytes from there do not lie within the value's {entry.ValueBytes}.");
        }

        if (destination.Length > 0) ValueFormat.ReadRange(_file, entry, start, destination);
    }

    /// <summary>Releases the file on behalf of who opened it; it is closed when nobody else holds it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) Release();
    }

    /// <param name="path">Where the file will be.</param>
    /// <param name="isAgain">Also when a file that took this one's place has been lost since.</param>
    /// <param name="place">Puts it there.</param>
    private GenerationWriter BeginFile(string path, bool isAgain, Action<string, string> place)
    {
        EnterWriting(isAgain);
        try
        {
            return NewDatabaseFile.Begin(
                _files, path, Id, Generation + 1, SipKey.NewRandom(), _file, place, end: LeaveWriting);
        }
        catch
        {
            LeaveWriting();
            throw;
        }
    }

    private bool HasBytes(long offset, ReadOnlySpan<byte> expected)
    {
        byte[] found = new byte[expected.Length];
        return _file.Read(offset, found) == found.Length && expected.SequenceEqual(found);
    }

    private void EnterWriting(bool isAgain = false)
    {
        if (_replaced && !isAgain)
            throw new InvalidOperationException("A compacted file has taken this one's place; open that.");
        if (Interlocked.Exchange(ref _writing, 1) != 0)
            throw new InvalidOperationException("Another generation is being written.");
    }

    private void LeaveWriting() => Volatile.Write(ref _writing, 0);

    /// <summary>Synced, so that no crash brings back the end of what was cut behind what replaced it.</summary>
    private void CutTo(long end)
    {
        if (_file.Length > end)
        {
            _hasRest = true;
            _file.Truncate(end);
            _file.Sync();
        }

        _hasRest = false;
    }

    /// <summary>Gives an abandoned generation's space back now; failing that, the next one does.</summary>
    private void CutBack(long end)
    {
        try
        {
            CutTo(end);
        }
        catch (StorageException)
        {
            // The bytes are harmless where they are, and what made the generation fail has been thrown already.
        }
    }
}
