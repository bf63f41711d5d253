using Microsoft.Win32.SafeHandles;

namespace Bitmapist.Storage.Files;

/// <summary>The machine's own file system. Stateless; safe on any thread.</summary>
public sealed class PhysicalFileSystem : IFileSystem
{
    private const int SharingViolation = unchecked((int)0x80070020); // ERROR_SHARING_VIOLATION

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
        RequireRegular(path);
        // Sharing everything is a shared flock, which only a holder of an exclusive one refuses, as bbolt is.
        const FileShare Anything = FileShare.ReadWrite | FileShare.Delete;
        return new PhysicalFile(path, PrivateFiles.Open(path, fileMode, access, Anything));
    });

    public bool Exists(string path)
    {
        if (OperatingSystem.IsWindows()) return Path.Exists(path);
        int error = SystemCalls.Exists(path, out bool exists);
        return error == 0 ? exists : throw Failed(path, "cannot be looked for", error);
    }

    public void Delete(string path) => Guard(path, "cannot be deleted", () =>
    {
        File.Delete(path);
        return true;
    });

    public void Rename(string from, string to)
    {
        string failure = $"cannot be renamed to {to}";
        if (OperatingSystem.IsWindows())
        {
            Guard(from, failure, () =>
            {
                File.Move(from, to, overwrite: true);
                return true;
            });
        }
        else if (SystemCalls.Rename(from, to) is var error and not 0)
        {
            throw Failed(from, failure, error);
        }
    }

    public bool TryRenameNew(string from, string to)
    {
        if (!OperatingSystem.IsWindows())
        {
            // A second name and then the end of the first: unlike rename this cannot replace anything.
            int error = SystemCalls.Link(from, to);
            if (error == SystemCalls.AlreadyThere) return false;
            if (error == 0)
            {
                _ = SystemCalls.Unlink(from); // if that fails there are two names: the new one is what was asked for
                return true;
            }

            // Some file systems, as FAT, have no second names.
            if (error != SystemCalls.NotPermitted && error != SystemCalls.NotSupported)
                throw Failed(from, $"cannot be renamed to {to}", error);
        }

        if (Exists(to)) return false;
        Rename(from, to);
        return true;
    }

    public void CopyPermissions(string from, string to) => Guard(to, $"cannot be given the permissions of {from}", () =>
    {
        if (OperatingSystem.IsWindows()) return true;
        UnixFileMode mode = File.GetUnixFileMode(from);
        if (File.GetUnixFileMode(to) != mode) File.SetUnixFileMode(to, mode); // some mounts refuse any change
        return true;
    });

    public void CopyPermissions(IFile from, string to) =>
        Guard(to, $"cannot be given the permissions of {from.Path}", () =>
        {
            if (OperatingSystem.IsWindows()) return true;
            UnixFileMode mode = ((PhysicalFile)from).Permissions;
            if (File.GetUnixFileMode(to) != mode) File.SetUnixFileMode(to, mode);
            return true;
        });

    public void SyncDirectory(string directory)
    {
        if (OperatingSystem.IsWindows()) return;
        int error = SystemCalls.SyncDirectory(directory);
        // A file system without a directory sync needs none.
        if (error == 0 || error == SystemCalls.InvalidArgument || error == SystemCalls.NotSupported) return;
        throw Failed(directory, "cannot be synced", error);
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

    public IFileLock? TryLock(string path)
    {
        while (true)
        {
            if (TryLockOnce(path) is not { } handle) return null;
            var held = new PhysicalLock(handle, path);
            try
            {
                // Who was refused a start deletes the lock file that it made: what was locked then is no lock to
                // others.
                if (held.IsInPlace) return held;
            }
            catch
            {
                held.Dispose();
                throw;
            }

            held.Dispose();
        }
    }

    private static SafeFileHandle? TryLockOnce(string path)
    {
        SafeFileHandle handle;
        int busy = OperatingSystem.IsWindows() ? SharingViolation : SystemCalls.WouldBlock;
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB) on Unix. It belongs to the open file, not to the process, so
            // it also keeps a second holder in this process out, and it ends when the process does.
            handle = OpenToLock(path);
        }
        catch (IOException e) when (e.HResult == busy)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(path, null, $"cannot be locked: {e.Message}", e);
        }

        // .NET goes on without a lock where there is none to be had, which two servers would take for one.
        int error = OperatingSystem.IsWindows() ? 0 : SystemCalls.Lock(handle);
        if (error == 0) return handle;
        handle.Dispose();
        return error == SystemCalls.WouldBlock ? null : throw Failed(path, "cannot be locked", error);
    }

    /// <summary>A file that one may only read can be locked, too: flock(2) asks for no more.</summary>
    private static SafeFileHandle OpenToLock(string path)
    {
        try
        {
            return PrivateFiles.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception failure) when (IsReadOnly(failure) && File.Exists(path))
        {
            return PrivateFiles.Open(path, FileMode.Open, FileAccess.Read, FileShare.None);
        }
    }

    private static bool IsReadOnly(Exception failure) =>
        failure is UnauthorizedAccessException || failure.HResult == SystemCalls.ReadOnlyFileSystem;

    private sealed class PhysicalLock(SafeFileHandle handle, string path) : IFileLock
    {
        public bool IsInPlace
        {
            get
            {
                if (!OperatingSystem.IsLinux()) return File.Exists(path);
                int error = SystemCalls.Identify(handle, out FileIdentity own);
                if (error != 0) throw Failed(path, "cannot be locked", error);
                error = SystemCalls.Identify(path, out FileIdentity there);
                if (error is SystemCalls.NotFound or SystemCalls.NotADirectory) return false;
                return error == 0 ? own == there : throw Failed(path, "cannot be locked", error);
            }
        }

        public void Dispose() => handle.Dispose();
    }

    private static StorageException Failed(string path, string failure, int error) =>
        new(path, null, $"{failure}: {SystemCalls.Text(error)}") { Cause = SystemCalls.Text(error) };

    /// <summary>Asked before it is opened: opening a pipe would wait for somebody at its other end.</summary>
    private static void RequireRegular(string path)
    {
        if (!OperatingSystem.IsLinux()) return; // asking for its length will tell
        int error = SystemCalls.Identify(path, out FileIdentity identity);
        if (error == 0 && !identity.IsRegular) throw new StorageException(path, null, "is not a regular file");
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
