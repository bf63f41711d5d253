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
    private readonly DatabaseGenerations _generations;
    private int _holds = 1; // the opener's
    private int _disposed;

    private DatabaseFile(IFileSystem files, IFile file, Guid id, DatabaseState state)
    {
        _files = files;
        _file = file;
        Id = id;
        TornBytes = Math.Max(0, file.Length - state.Trailer.End);
        _generations = new DatabaseGenerations(files, file, id, state);
    }

    /// <summary>What every database file begins with.</summary>
    public static ReadOnlySpan<byte> Magic => DatabaseHeader.Magic;

    public string Path => _file.Path;

    /// <summary>Made at random with the file; a compaction keeps it, a backup has its own.</summary>
    public Guid Id { get; }

    /// <summary>The first log segment whose records are not in this file.</summary>
    public long FirstLogSequence => _generations.Newest.Trailer.FirstLogSequence;

    /// <summary>Number of the newest generation, from 0.</summary>
    public long Generation => _generations.Newest.Trailer.Generation;

    /// <summary>Keys that are there.</summary>
    public long Entries => _generations.Newest.Trailer.LiveEntries;

    /// <summary>Bytes behind the newest whole generation when opened: an unfinished one, cut by the next.</summary>
    public long TornBytes { get; }

    public long FileBytes => _file.Length;

    /// <summary>Bytes that a rewrite would keep; the rest of the file is garbage.</summary>
    public long LiveBytes => _generations.Newest.LiveBytes;

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

    /// <summary>Opens a database for reading alone, which one may who may not write it; nothing is changed.</summary>
    /// <exception cref="CorruptFileException">It is foreign, newer or damaged.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static DatabaseFile OpenToRead(IFileSystem files, string path)
    {
        IFile file = files.Open(path, FileOpen.ReadExisting);
        try
        {
            Guid id = DatabaseHeader.Read(file);
            return new DatabaseFile(files, file, id, DatabaseState.Load(file, Trailer.FindNewest(file, id)));
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

    /// <inheritdoc cref="DatabaseGenerations.BeginNext"/>
    public GenerationWriter BeginGeneration() => _generations.BeginNext();

    /// <inheritdoc cref="DatabaseGenerations.BeginRewrite"/>
    public GenerationWriter BeginRewrite() => _generations.BeginRewrite();

    /// <inheritdoc cref="DatabaseGenerations.BeginReplacement"/>
    public GenerationWriter BeginReplacement(string path) => _generations.BeginReplacement(path);

    /// <summary>A file that was made from this one has taken its place.</summary>
    public bool IsReplaced => _generations.IsReplaced;

    /// <summary>What a start would find under the path instead of this file as it was last committed.</summary>
    public DatabasePlace Place => _generations.Place;

    /// <inheritdoc cref="DatabaseGenerations.IsOverwritten"/>
    public bool IsOverwritten => _generations.IsOverwritten;

    /// <summary>Throws <see cref="StorageException"/> unless a start would find this file under its path.</summary>
    public void RequireInPlace() => _generations.RequireInPlace();

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
    public IEnumerable<StoredEntry> ReadEntries(ReadOnlyMemory<byte> from = default) =>
        _generations.Newest.ReadEntries(from);

    /// <summary>
    /// The stored key of an entry chosen by chance, each about as likely as another; it may have been deleted or
    /// replaced since. Null when there are none. Reads one index block.
    /// </summary>
    public byte[]? SampleKey(Random random) => _generations.Newest.SampleKey(random);

    /// <summary>Bytes of the index that are kept in memory.</summary>
    public long IndexMemoryBytes => _generations.Newest.IndexMemoryBytes;

    /// <summary>
    /// Whether a key may be there, or may have been deleted: false is certain. Reads nothing: O(runs), one place in
    /// memory for each.
    /// </summary>
    public bool MayHave(ReadOnlySpan<byte> key) => _generations.Newest.MayHave(key);

    /// <summary>
    /// Looks a key up, newest run first: of most runs that do not have it their filters, in memory, know; in the others
    /// it takes a binary search in memory and one index block read.
    /// </summary>
    public bool TryFind(ReadOnlySpan<byte> key, out StoredEntry entry) => _generations.Newest.TryFind(key, out entry);

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
}

/// <summary>
/// A key of a database file and where its value lies. The location stays valid for the life of the file that gave
/// it, and is enough by itself: <c>new StoredEntry(default, default, offset, bytes, checksum)</c> reads the value.
/// </summary>
/// <param name="Key">The key; it keeps some hundred neighbours in memory, so copy it to keep it.</param>
/// <param name="Metadata">The caller's bytes beside the key, under the same rule.</param>
/// <param name="ValueOffset">Where the value's bytes begin in the file, its chunk checksums included.</param>
/// <param name="ValueBytes">Length of the value in bytes, without chunk checksums.</param>
/// <param name="ValueChecksum">CRC-32C of the value, or of its chunk checksums if there are several.</param>
public readonly record struct StoredEntry(
    ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Metadata, long ValueOffset, int ValueBytes, uint ValueChecksum);
