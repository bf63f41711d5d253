using Bitmapist.Storage.Files;

namespace Bitmapist.Server.Settings;

/// <summary>Writes small files that are replaced as a whole: readers see the former one or the new one.</summary>
internal static class WholeFile
{
    /// <summary>Replaces a file, which only its owner may read from then on.</summary>
    /// <exception cref="StorageException">It cannot be written; the former one is still there.</exception>
    public static void Replace(IFileSystem files, string path, ReadOnlySpan<byte> bytes)
    {
        string newPath = path + ".new"; // one at a time; what a crash left is replaced
        files.Delete(newPath);
        try
        {
            using (IFile file = files.Open(newPath, FileOpen.CreateNew))
            {
                file.Write(0, bytes);
                file.Sync();
            }

            files.Rename(newPath, path);
        }
        catch (StorageException)
        {
            TryDelete(files, newPath);
            throw;
        }

        files.SyncDirectory(ParentDirectory.Of(path));
    }

    private static void TryDelete(IFileSystem files, string newPath)
    {
        try
        {
            files.Delete(newPath);
        }
        catch (StorageException)
        {
            // What kept it from being written is what is told; the next attempt deletes it.
        }
    }
}
