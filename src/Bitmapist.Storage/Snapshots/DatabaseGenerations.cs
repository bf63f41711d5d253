using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>
/// The generations of an open database file: the newest whole one, which any thread reads, and the right to write the
/// next, which one writer at a time has. Nothing is written unless a start would find the file in its place.
/// </summary>
/// <param name="files">The disk.</param>
/// <param name="file">The open file.</param>
/// <param name="id">The database's.</param>
/// <param name="newest">Its newest whole generation.</param>
internal sealed class DatabaseGenerations(IFileSystem files, IFile file, Guid id, DatabaseState newest)
{
    private volatile DatabaseState _newest = newest;
    private int _writing;
    private volatile bool _replaced;
    private volatile bool _hasRest = file.Length > newest.Trailer.End; // of an unfinished generation, behind the newest

    public DatabaseState Newest => _newest;

    /// <summary>A file that was made from this one has taken its place.</summary>
    public bool IsReplaced => _replaced;

    /// <summary>
    /// Begins the next generation in this file, which must be in its place, as it must when it is committed.
    /// InvalidOperationException while another is being written.
    /// </summary>
    public GenerationWriter BeginNext()
    {
        // Before anything behind the newest generation is cut.
        if (!_replaced && Volatile.Read(ref _writing) == 0) RequireInPlace();
        EnterWriting();
        DatabaseState current = _newest;
        try
        {
            NewDatabaseFile.DeleteQuietly(files, file.Path + NewDatabaseFile.UnfinishedSuffix);
            // What an unfinished generation left behind must be gone before anything is written over it.
            CutTo(current.Trailer.End);
            GenerationTarget target = new(
                file, id, current, current.Trailer.Generation + 1, current.FilterKey, file, RequireInPlace,
                Publish: committed => _newest = committed,
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
    /// <see cref="DatabaseFile.Open"/> opens the new file.
    /// </summary>
    public GenerationWriter BeginRewrite() => BeginFile(file.Path, isAgain: false, (unfinished, path) =>
    {
        RequireInPlace(); // what else may be there is not to be replaced
        files.Rename(unfinished, path);
        _replaced = true;
    });

    /// <summary>
    /// As <see cref="BeginRewrite"/>, but the file is put where nothing is: under this one's own path, from which
    /// it was moved or deleted, or another. Where something is the commit throws <see cref="StorageException"/>.
    /// </summary>
    public GenerationWriter BeginReplacement(string path) => BeginFile(path, isAgain: true, (unfinished, free) =>
    {
        NewDatabaseFile.PutInFreePlace(files, unfinished, free);
        _replaced = true;
    });

    /// <summary>What a start would find under the path instead of this file as it was last committed.</summary>
    public DatabasePlace Place => file.Place switch
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
            Trailer trailer = _newest.Trailer;
            if (Volatile.Read(ref _writing) == 0 && !_hasRest && file.Length > trailer.End) return true;
            byte[] expected = new byte[DatabaseHeader.Bytes];
            DatabaseHeader.Write(expected, id);
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
        if (found is not null) throw new StorageException(file.Path, null, found);
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
                files, path, id, _newest.Trailer.Generation + 1, SipKey.NewRandom(), file, place, end: LeaveWriting);
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
        return file.Read(offset, found) == found.Length && expected.SequenceEqual(found);
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
        if (file.Length > end)
        {
            _hasRest = true;
            file.Truncate(end);
            file.Sync();
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

/// <summary>What is under an open database file's path.</summary>
public enum DatabasePlace
{
    /// <summary>The file, with what was committed.</summary>
    InPlace,

    /// <summary>Nothing: the file, or its folder, was deleted or moved. What is open can still be read.</summary>
    Gone,

    /// <summary>Another file. What is open can still be read.</summary>
    Replaced,

    /// <summary>The file, in which somebody else wrote.</summary>
    Overwritten,
}
