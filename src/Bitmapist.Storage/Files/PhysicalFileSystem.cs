namespace Bitmapist.Storage.Files;

/// <summary>The machine's own file system. Stateless; safe on any thread.</summary>
public sealed class PhysicalFileSystem : IFileSystem
{
    public static PhysicalFileSystem Instance { get; } = new();

    private PhysicalFileSystem()
    {
    }

    public IFile Open(string path, FileOpen mode) => Guard(path, "cannot be opened", () =>
    {
        FileMode fileMode = mode switch
        {
            FileOpen.OpenOrCreate => FileMode.OpenOrCreate,
            FileOpen.CreateNew => FileMode.CreateNew,
            _ => FileMode.Open,
        };
        FileAccess access = mode == FileOpen.ReadExisting ? FileAccess.Read : FileAccess.ReadWrite;
        // Sharing everything keeps .NET from taking its own lock; TryLock is the one that counts.
        return new PhysicalFile(path, File.OpenHandle(path, fileMode, access, FileShare.ReadWrite | FileShare.Delete));
    });

    public bool Exists(string path) => File.Exists(path);

    public void Delete(string path) => Guard(path, "cannot be deleted", () =>
    {
        File.Delete(path);
        return true;
    });

    public void Rename(string from, string to) => Guard(from, $"cannot be renamed to {to}", () =>
    {
        File.Move(from, to, overwrite: true);
        return true;
    });

    public void CopyPermissions(string from, string to) => Guard(to, $"cannot be given the permissions of {from}", () =>
    {
        if (OperatingSystem.IsWindows()) return true;
        UnixFileMode mode = File.GetUnixFileMode(from);
        if (File.GetUnixFileMode(to) != mode) File.SetUnixFileMode(to, mode); // some mounts refuse any change
        return true;
    });

    public void SyncDirectory(string directory)
    {
        if (!OperatingSystem.IsWindows()) DirectorySync.Sync(directory);
    }

    public IReadOnlyList<string> List(string directory, string namePrefix) => Guard(directory, "cannot be listed", () =>
    {
        List<string> paths = [];
        foreach (string path in Directory.EnumerateFiles(directory))
        {
            if (Path.GetFileName(path).StartsWith(namePrefix, StringComparison.Ordinal)) paths.Add(path);
        }

        paths.Sort(StringComparer.Ordinal);
        return paths;
    });

    public IDisposable? TryLock(string path)
    {
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB) on Unix. It belongs to the open file, not to the process, so
            // it also keeps a second holder in this process out, and it ends when the process does.
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(path, null, "cannot be locked: " + e.Message, e);
        }
    }

    private static T Guard<T>(string path, string failure, Func<T> operation)
    {
        try
        {
            return operation();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(path, null, $"{failure}: {e.Message}", e);
        }
    }
}
