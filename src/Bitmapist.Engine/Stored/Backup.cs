using Bitmapist.Storage.Files;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Stored;

/// <summary>Copies a generation to a file of its own with an identity of its own.</summary>
internal static class Backup
{
    private const string UnverifiedSuffix = ".unverified";

    /// <summary>Writes what is live in a database file, reads it back, and puts it under a path.</summary>
    /// <exception cref="StorageException">It cannot be written; what was there is unharmed.</exception>
    /// <exception cref="CorruptFileException">The database or what was written does not match its checksum.</exception>
    public static void Write(IFileSystem files, DatabaseFile source, string path)
    {
        string unverified = path + UnverifiedSuffix;
        try
        {
            long written = CopyAndCommit(files, source, unverified);
            Verify(files, unverified, written);
            files.Rename(unverified, path);
            files.SyncDirectory(ParentDirectory.Of(path));
        }
        catch
        {
            files.Delete(unverified);
            throw;
        }
    }

    private static long CopyAndCommit(IFileSystem files, DatabaseFile source, string path)
    {
        using GenerationWriter writer = DatabaseFile.CreateAt(files, path, source);
        long keys = new DatabaseReader(source).CopyTo(writer); // of one generation, though saves write others
        writer.Commit(firstLogSequence: 1);
        return keys;
    }

    private static void Verify(IFileSystem files, string path, long keys)
    {
        using var written = DatabaseFile.Open(files, path);
        var contents = new DatabaseReader(written);
        long found = 0;
        foreach (StoredString key in contents.Keys())
        {
            contents.Read(key);
            found++;
        }

        if (found != keys || KeyTotals.Of(written).Keys != keys)
            throw new CorruptFileException(FileDefect.Damaged, path, 0, $"{found} keys can be read back of {keys}");
    }
}
