using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// A database file (docs/format/database.md): generations of opaque values behind one another, each ended by a trailer
/// that makes it the database. Any thread reads; one writer at a time appends. Reads see the generation that was
/// newest when they began.
/// </summary>
public sealed class DatabaseFile : IDisposable
{
    private const string UnfinishedSuffix = ".new";
    private const int EntryArenaBytes = 64 << 10;

    private readonly IFileSystem files;
    private readonly IFile file;
    private volatile DatabaseState state;
    private int writing;
    private volatile bool replaced;

    private DatabaseFile(IFileSystem files, IFile file, Guid id, DatabaseState state)
    {
        this.files = files;
        this.file = file;
        this.state = state;
        Id = id;
        TornBytes = Math.Max(0, file.Length - state.Trailer.End);
    }

    /// <summary>What every database file begins with.</summary>
    public static ReadOnlySpan<byte> Magic => DatabaseHeader.Magic;

    public string Path => file.Path;

    /// <summary>Made at random with the file; a compaction keeps it, a backup has its own.</summary>
    public Guid Id { get; }

    /// <summary>The first log segment whose records are not in this file.</summary>
    public long FirstLogSequence => state.Trailer.FirstLogSequence;

    /// <summary>Number of the newest generation, from 0.</summary>
    public long Generation => state.Trailer.Generation;

    /// <summary>Keys that are there.</summary>
    public long Entries => state.Trailer.LiveEntries;

    /// <summary>Bytes behind the newest whole generation when opened: an unfinished one, cut by the next.</summary>
    public long TornBytes { get; }

    public long FileBytes => file.Length;

    /// <summary>Bytes that a rewrite would keep; the rest of the file is garbage.</summary>
    public long LiveBytes => state.LiveBytes;

    /// <summary>
    /// Opens a database, or makes an empty one where there is none or an empty file. Throws
    /// <see cref="CorruptFileException"/> for a foreign, newer or damaged file, which stays untouched.
    /// </summary>
    public static DatabaseFile OpenOrCreate(IFileSystem files, string path)
    {
        if (!files.Exists(path)) Create(files, path);
        IFile file = files.Open(path, FileOpen.OpenExisting);
        try
        {
            if (file.Length == 0)
            {
                file.Dispose();
                Create(files, path);
                file = files.Open(path, FileOpen.OpenExisting);
            }

            Guid id = DatabaseHeader.Read(file);
            Trailer trailer = Trailer.FindNewest(file, id);
            DatabaseState state = DatabaseState.Load(file, trailer);
            // The trailer may only be in the system's memory, or stand there unwritten after a failed fsync. What
            // relies on it, deleting log segments, must not come before it is on the disk: so it is written again.
            file.Write(trailer.Offset, trailer.Encode());
            file.Sync();
            files.SyncDirectory(DirectoryOf(path));
            files.Delete(path + UnfinishedSuffix);
            return new DatabaseFile(files, file, id, state);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Begins a new file with an id of its own, say a backup: written beside <paramref name="path"/> and put in its
    /// place by the commit. Values already stored in <paramref name="source"/> can be put into it.
    /// </summary>
    public static GenerationWriter CreateAt(IFileSystem files, string path, DatabaseFile? source = null) =>
        BeginFile(files, path, Guid.NewGuid(), 0, SipKey.NewRandom(), source?.file, onRenamed: () => { }, onEnd: () => { });

    /// <summary>
    /// Begins the next generation in this file. InvalidOperationException while another is being written.
    /// </summary>
    public GenerationWriter BeginGeneration()
    {
        EnterWriting();
        DatabaseState current = state;
        try
        {
            // What an unfinished generation left behind must be gone before anything is written over it.
            CutTo(current.Trailer.End);
            GenerationTarget target = new(
                file, Id, current, current.Trailer.Generation + 1, current.FilterKey, file,
                Publish: committed => state = committed,
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
    /// writer is given every key to keep. Afterwards this object can still be read, until disposed, but not written;
    /// <see cref="OpenOrCreate"/> opens the new file.
    /// </summary>
    public GenerationWriter BeginRewrite()
    {
        EnterWriting();
        try
        {
            return BeginFile(
                files, Path, Id, Generation + 1, SipKey.NewRandom(), file,
                onRenamed: () => replaced = true, onEnd: LeaveWriting);
        }
        catch
        {
            LeaveWriting();
            throw;
        }
    }

    /// <summary>
    /// The keys from <paramref name="from"/> on, ascending bytewise, without deleted ones, of the generation that is
    /// newest when this is called. Reads one index block of each run at a time, as they are asked for. Throws
    /// <see cref="CorruptFileException"/> when one does not prove itself.
    /// </summary>
    public IEnumerable<StoredEntry> ReadEntries(ReadOnlyMemory<byte> from = default) => ReadEntries(state.Runs, from);

    private static IEnumerable<StoredEntry> ReadEntries(IndexRun[] runs, ReadOnlyMemory<byte> from)
    {
        MergedCursor cursor = new(runs);
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

    /// <summary>
    /// The stored key of an entry chosen by chance, each about as likely as another; it may have been deleted or
    /// replaced since. Null when there are none. Reads one index block.
    /// </summary>
    public byte[]? SampleKey(Random random)
    {
        IndexRun[] runs = state.Runs;
        long left = runs.Sum(run => run.Reference.Entries);
        if (left == 0) return null;
        left = random.NextInt64(left);
        int chosen = 0;
        while (left >= runs[chosen].Reference.Entries) left -= runs[chosen++].Reference.Entries;
        return new IndexCursor(runs[chosen]).SampleKey(random);
    }

    /// <summary>Bytes of the index that are kept in memory.</summary>
    public long IndexMemoryBytes => state.Runs.Sum(run => run.MemoryBytes);

    /// <summary>
    /// Whether a key may be there, or may have been deleted: false is certain. Reads nothing: O(runs), one place in
    /// memory for each.
    /// </summary>
    public bool MayHave(ReadOnlySpan<byte> key)
    {
        FilteredKey filtered = new(key);
        foreach (IndexRun run in state.Runs)
            if (filtered.MayBeIn(run)) return true;
        return false;
    }

    /// <summary>
    /// Looks a key up, newest run first: of most runs that do not have it their filters, in memory, know; in the others
    /// it takes a binary search in memory and one index block read.
    /// </summary>
    public bool TryFind(ReadOnlySpan<byte> key, out StoredEntry entry)
    {
        IndexRun[] runs = state.Runs;
        FilteredKey filtered = new(key);
        for (int i = runs.Length - 1; i >= 0; i--)
        {
            if (!filtered.MayBeIn(runs[i])) continue;
            if (!IndexLookup.TryFind(runs[i], key, out IndexEntry found, out byte[] metadata)) continue;
            entry = found.IsDeleted ? default : Stored(key.ToArray(), metadata, found);
            return !found.IsDeleted;
        }

        entry = default;
        return false;
    }

    /// <summary>
    /// Reads a value, whose length <paramref name="destination"/> has, and proves it. Throws
    /// <see cref="CorruptFileException"/>.
    /// </summary>
    public void ReadValue(in StoredEntry entry, Span<byte> destination)
    {
        if (destination.Length != entry.ValueBytes)
        {
            throw new ArgumentException(
                $"The value has {entry.ValueBytes} bytes, the destination {destination.Length}.", nameof(destination));
        }

        ValueFormat.Read(file, entry, destination);
    }

    /// <summary>
    /// Reads and proves bytes [start, start + destination.Length) of a value without the rest: O(bytes asked for),
    /// rounded up to 4 KiB chunks.
    /// </summary>
    public void ReadValueRange(in StoredEntry entry, int start, Span<byte> destination)
    {
        if (start < 0 || start > entry.ValueBytes - destination.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(start), start,
                $"{destination.Length} bytes from there do not lie within the value's {entry.ValueBytes}.");
        }

        if (destination.Length > 0) ValueFormat.ReadRange(file, entry, start, destination);
    }

    public void Dispose() => file.Dispose();

    /// <summary>
    /// Soon closes files that others took the place of and that nobody reads any more: only then their space is free,
    /// and a collection finds it out.
    /// </summary>
    public static void CloseUnused() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);

    /// <summary>Begins a file beside the path; its commit renames it there.</summary>
    internal static GenerationWriter BeginFile(
        IFileSystem files, string path, Guid id, long generation, SipKey filterKey, IFile? source,
        Action onRenamed, Action onEnd)
    {
        string unfinished = path + UnfinishedSuffix;
        files.Delete(unfinished);
        IFile file = files.Open(unfinished, FileOpen.CreateNew);
        try
        {
            // From the first byte on who may read it is who may read what it is made of.
            if (files.Exists(path)) files.CopyPermissions(path, unfinished);
            else if (source is not null) files.CopyPermissions(source.Path, unfinished);
            byte[] header = new byte[DatabaseHeader.Bytes];
            DatabaseHeader.Write(header, id);
            file.Write(0, header);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        GenerationTarget target = new(
            file, id, Base: null, generation, filterKey, source,
            Publish: _ =>
            {
                files.Rename(unfinished, path);
                onRenamed();
                files.SyncDirectory(DirectoryOf(path));
            },
            End: published =>
            {
                file.Dispose();
                if (!published) files.Delete(unfinished);
                onEnd();
            });
        return new GenerationWriter(target, DatabaseHeader.Bytes);
    }

    private static StoredEntry Stored(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> metadata, in IndexEntry entry) =>
        new(key, metadata, entry.ValueOffset, entry.ValueBytes, entry.ValueChecksum);

    private static string DirectoryOf(string path) =>
        System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;

    /// <summary>An empty generation 0: so a database without a whole trailer is always a damaged one.</summary>
    private static void Create(IFileSystem files, string path)
    {
        using GenerationWriter writer = CreateAt(files, path);
        writer.Commit(firstLogSequence: 1);
    }

    private void EnterWriting()
    {
        if (replaced) throw new InvalidOperationException("A compacted file has taken this one's place; open that.");
        if (Interlocked.Exchange(ref writing, 1) != 0)
            throw new InvalidOperationException("Another generation is being written.");
    }

    private void LeaveWriting() => Volatile.Write(ref writing, 0);

    /// <summary>Synced, so that no crash brings back the end of what was cut behind what replaced it.</summary>
    private void CutTo(long end)
    {
        if (file.Length <= end) return;
        file.Truncate(end);
        file.Sync();
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
