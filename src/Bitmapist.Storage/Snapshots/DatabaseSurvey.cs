using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// Reads a database file that may be damaged, and changes nothing: every generation whose trailer matches its checksum,
/// and what of its index and values does. What does not is reported, and passed over. One thread.
/// </summary>
public sealed class DatabaseSurvey : IDisposable
{
    private readonly IFile _file;

    private DatabaseSurvey(IFile file, Guid id, FileDamage? headerDamage, IReadOnlyList<SurveyedGeneration> generations)
    {
        _file = file;
        Id = id;
        HeaderDamage = headerDamage;
        Generations = generations;
    }

    public string Path => _file.Path;

    /// <summary>The database's id: by its header or, where that is damaged, by its newest trailer.</summary>
    public Guid Id { get; }

    /// <summary>What is wrong with the header; null while it matches its checksum.</summary>
    public FileDamage? HeaderDamage { get; }

    /// <summary>Every generation with a whole trailer, newest first.</summary>
    public IReadOnlyList<SurveyedGeneration> Generations { get; }

    public long FileBytes => _file.Length;

    /// <summary>Bytes behind the newest whole generation: an unfinished one, or what damage left of one.</summary>
    public long TornBytes => Generations.Count == 0 ? FileBytes : Math.Max(0, FileBytes - Generations[0].End);

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="CorruptFileException">It is foreign, or of a newer version.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static DatabaseSurvey Open(IFileSystem files, string path)
    {
        ArgumentNullException.ThrowIfNull(files);
        IFile file = files.Open(path, FileOpen.ReadExisting);
        try
        {
            Guid? id = null;
            CorruptFileException? header = null;
            try
            {
                id = DatabaseHeader.Read(file);
            }
            catch (CorruptFileException found) when (found.Defect != FileDefect.NewerFormat)
            {
                header = found;
            }

            List<Trailer> trailers = Trailer.FindAll(file, id);
            // A file without our magic that has our trailers lost its first bytes; one without both never was ours.
            if (header is { Defect: FileDefect.ForeignFile } && trailers.Count == 0) throw header;
            id ??= trailers.Count > 0 ? trailers[0].DatabaseId : default(Guid);
            return new DatabaseSurvey(
                file, id.Value, header is null ? null : FileDamage.Of(header),
                [.. trailers.Where(trailer => trailer.DatabaseId == id)
                    .Select(trailer => new SurveyedGeneration(trailer))]);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The keys of a generation from <paramref name="from"/> on, ascending bytewise, without deleted ones, as far as
    /// its index can be read.
    /// </summary>
    /// <param name="generation">One of <see cref="Generations"/>.</param>
    /// <param name="damaged">Told of every damaged block or directory, with the keys that it may have held.</param>
    public IEnumerable<SurveyedEntry> ReadEntries(
        SurveyedGeneration generation, Action<FileDamage, KeyRange> damaged) =>
        ReadEntriesAndDeletions(generation, damaged).Where(entry => !entry.IsDeletion);

    /// <summary>
    /// As <see cref="ReadEntries"/>, with the deletions that are beyond doubt: whatever an older, damaged block held
    /// of such a key, it is gone. Damage is told before the keys that it concerns.
    /// </summary>
    public IEnumerable<SurveyedEntry> ReadEntriesAndDeletions(
        SurveyedGeneration generation, Action<FileDamage, KeyRange> damaged)
    {
        ArgumentNullException.ThrowIfNull(generation);
        ArgumentNullException.ThrowIfNull(damaged);
        return ReadMerged(generation.Trailer, damaged);
    }

    /// <summary>Reads and verifies a value; null, and the damage, when it does not.</summary>
    public byte[]? TryReadValue(in StoredEntry entry, out FileDamage? damage)
    {
        damage = null;
        try
        {
            if (entry.ValueOffset < 0 || entry.ValueOffset > _file.Length - ValueFormat.StoredBytes(entry.ValueBytes))
            {
                throw new CorruptFileException(
                    FileDefect.Damaged, _file.Path, entry.ValueOffset, "file ends within a value");
            }

            byte[] value = new byte[entry.ValueBytes];
            ValueFormat.Read(_file, entry, value);
            return value;
        }
        catch (CorruptFileException found)
        {
            damage = FileDamage.Of(found);
            return null;
        }
    }

    public void Dispose() => _file.Dispose();

    private IEnumerable<SurveyedEntry> ReadMerged(Trailer trailer, Action<FileDamage, KeyRange> damaged)
    {
        var cursors = new TolerantCursor?[trailer.Runs.Length];
        for (int i = 0; i < cursors.Length; i++)
        {
            cursors[i] = OpenRun(trailer.Runs[i], damaged);
            cursors[i]?.MoveNext();
        }

        long entries = 0, valueBytes = 0;
        while (Newest(cursors) is int newest and >= 0)
        {
            TolerantCursor cursor = cursors[newest]!;
            byte[] key = cursor.Key.ToArray();
            bool isDoubtful = IsDoubtful(cursors, newest, key);
            IndexEntry entry = cursor.Entry;
            if (!entry.IsDeleted)
            {
                entries++;
                valueBytes += entry.StoredBytes;
                yield return new SurveyedEntry(
                    new StoredEntry(
                        key, cursor.Metadata.ToArray(), entry.ValueOffset, entry.ValueBytes, entry.ValueChecksum),
                    isDoubtful);
            }
            else if (!isDoubtful)
            {
                yield return new SurveyedEntry(
                    new StoredEntry(key, default, ValueOffset: 0, ValueBytes: 0, ValueChecksum: 0),
                    IsDoubtful: false, IsDeletion: true);
            }

            foreach (TolerantCursor? other in cursors)
                if (other is { IsValid: true } && other.Key.SequenceEqual(key)) other.MoveNext();
        }

        if (IsAsTheTrailerSays(trailer, cursors, entries, valueBytes)) yield break;
        damaged(
            new FileDamage(_file.Path, trailer.Offset, "the trailer's counts are not those of the index"),
            KeyRange.None);
    }

    /// <summary>Whether the counts agree; where blocks are missing they cannot, and that was reported.</summary>
    private static bool IsAsTheTrailerSays(
        Trailer trailer, TolerantCursor?[] cursors, long entries, long valueBytes)
    {
        if (Array.Exists(cursors, cursor => cursor is null or { DamagedBlocks: > 0 })) return true;
        for (int i = 0; i < cursors.Length; i++)
        {
            RunReference run = trailer.Runs[i];
            TolerantCursor cursor = cursors[i]!;
            if ((run.Entries, run.Deletions, run.BlockBytes) != (cursor.Entries, cursor.Deletions, cursor.BlockBytes))
                return false;
        }

        return (entries, valueBytes) == (trailer.LiveEntries, trailer.LiveValueBytes);
    }

    private TolerantCursor? OpenRun(RunReference reference, Action<FileDamage, KeyRange> damaged)
    {
        IndexRun run;
        try
        {
            run = IndexRun.LoadWithoutFilter(_file, reference);
        }
        catch (CorruptFileException found)
        {
            damaged(FileDamage.Of(found), KeyRange.All);
            return null;
        }

        try
        {
            run = run.With(reference, KeyFilter.Load(run));
        }
        catch (CorruptFileException found)
        {
            damaged(FileDamage.Of(found), KeyRange.None); // opening needs it; the keys are there without it
        }

        return new TolerantCursor(run, damaged);
    }

    /// <summary>The cursor of the lowest key, of several the newest run's; -1 at the end.</summary>
    private static int Newest(TolerantCursor?[] cursors)
    {
        int newest = -1;
        for (int i = 0; i < cursors.Length; i++)
        {
            if (cursors[i] is not { IsValid: true } cursor) continue;
            if (newest < 0 || cursor.Key.SequenceCompareTo(cursors[newest]!.Key) <= 0) newest = i;
        }

        return newest;
    }

    private static bool IsDoubtful(TolerantCursor?[] cursors, int run, ReadOnlySpan<byte> key)
    {
        for (int newer = run + 1; newer < cursors.Length; newer++)
            if (cursors[newer] is not { } cursor || cursor.MayHaveLost(key)) return true;
        return false;
    }
}

/// <summary>A key of a surveyed generation.</summary>
/// <param name="Stored">The key and where its value lies.</param>
/// <param name="IsDoubtful">
/// An index block that does not match its checksum may have held a newer version of the key, or its deletion.
/// </param>
/// <param name="IsDeletion">The key is known to be missing; nothing is stored then but its name.</param>
public readonly record struct SurveyedEntry(StoredEntry Stored, bool IsDoubtful, bool IsDeletion = false);

/// <summary>A whole generation of a surveyed file, by its trailer.</summary>
public sealed class SurveyedGeneration
{
    internal SurveyedGeneration(Trailer trailer) => Trailer = trailer;

    public long Number => Trailer.Generation;

    /// <summary>Where its trailer begins.</summary>
    public long TrailerOffset => Trailer.Offset;

    /// <summary>Where its trailer ends.</summary>
    public long End => Trailer.End;

    /// <summary>The first log segment not contained.</summary>
    public long FirstLogSequence => Trailer.FirstLogSequence;

    public long LiveValueBytes => Trailer.LiveValueBytes;

    public int Runs => Trailer.Runs.Length;

    /// <summary>Bytes of its index blocks, directories and filters.</summary>
    public long IndexBytes => Trailer.Runs.Sum(run => run.FileBytes);

    /// <summary>Bytes of the file that a rewrite would keep.</summary>
    public long LiveBytes => DatabaseHeader.Bytes + LiveValueBytes + IndexBytes + Trailer.Bytes;

    internal Trailer Trailer { get; }
}
