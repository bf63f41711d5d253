using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>Writes a database file beside its path, and puts it there when it is whole and synced.</summary>
internal static class NewDatabaseFile
{
    /// <summary>What the path has behind it while the file is written.</summary>
    public const string UnfinishedSuffix = ".new";

    /// <summary>Begins a file; disposing its writer without a commit leaves no trace of it.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="path">Where it will be.</param>
    /// <param name="id">The database's.</param>
    /// <param name="generation">Its first generation's number.</param>
    /// <param name="filterKey">What filters of its index runs are hashed with.</param>
    /// <param name="source">The file whose stored values may be put into it; null: none.</param>
    /// <param name="place">Gives the file its name: told the unfinished and the final one. The directory is synced
    /// afterwards.</param>
    /// <param name="end">Called when the writer is disposed.</param>
    public static GenerationWriter Begin(
        IFileSystem files,
        string path,
        Guid id,
        long generation,
        SipKey filterKey,
        IFile? source,
        Action<string, string> place,
        Action end)
    {
        string unfinished = path + UnfinishedSuffix;
        files.Delete(unfinished);
        IFile file = files.Open(unfinished, FileOpen.CreateNew);
        try
        {
            // From the first byte on who may read it is who may read what it is made of.
            if (files.Exists(path)) files.CopyPermissions(path, unfinished);
            else if (source is not null) files.CopyPermissions(source, unfinished);
            byte[] header = new byte[DatabaseHeader.Bytes];
            DatabaseHeader.Write(header, id);
            file.Write(0, header);
        }
        catch
        {
            file.Dispose();
            DeleteQuietly(files, unfinished);
            throw;
        }

        GenerationTarget target = new(
            file, id, Base: null, generation, filterKey, source,
            RequirePlace: () => { },
            Publish: _ =>
            {
                place(unfinished, path);
                files.SyncDirectory(ParentDirectory.Of(path));
            },
            End: published =>
            {
                file.Dispose();
                if (!published) DeleteQuietly(files, unfinished);
                end();
            });
        return new GenerationWriter(target, DatabaseHeader.Bytes);
    }

    /// <summary>
    /// Makes a database with an empty generation 0, so that one without a whole trailer is always a damaged one. An
    /// empty file is replaced, anything else that has come to be there refused. A failure leaves no file behind where
    /// there was none.
    /// </summary>
    public static void Create(IFileSystem files, string path, bool isReplacing)
    {
        bool isNew = false;
        using GenerationWriter writer = Begin(
            files, path, Guid.NewGuid(), generation: 0, SipKey.NewRandom(), source: null,
            place: (unfinished, final) =>
            {
                if (isReplacing) files.Rename(unfinished, final);
                else PutInFreePlace(files, unfinished, final);
                isNew = !isReplacing;
            },
            end: () => { });
        try
        {
            writer.Commit(firstLogSequence: 1);
        }
        catch
        {
            if (isNew) DeleteQuietly(files, path);
            throw;
        }
    }

    /// <summary>Names a file as long as nothing has that name.</summary>
    public static void PutInFreePlace(IFileSystem files, string unfinished, string path)
    {
        if (!files.TryRenameNew(unfinished, path))
            throw new StorageException(path, null, "was created by another meanwhile, and is left alone");
    }

    public static void DeleteQuietly(IFileSystem files, string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (StorageException)
        {
            // What matters more is thrown already, or to be thrown: the next attempt begins by deleting it.
        }
    }
}
