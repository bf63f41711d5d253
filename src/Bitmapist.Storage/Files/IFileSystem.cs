namespace Bitmapist.Storage.Files;

/// <summary>
/// The only door to the disk, so that tests can put a failing or crashing disk in its place. Safe on any thread.
/// Every failure is a <see cref="StorageException"/>.
/// </summary>
public interface IFileSystem
{
    IFile Open(string path, FileOpen mode);

    /// <summary>Whether a path leads to a file or anything else; an error when that cannot be told.</summary>
    bool Exists(string path);

    /// <summary>Removes a file; a missing one is no error.</summary>
    void Delete(string path);

    /// <summary>Atomically gives a file another name in the same directory, replacing what was there.</summary>
    void Rename(string from, string to);

    /// <summary>
    /// Gives a file another name in the same directory that nothing has; false, and nothing is changed, when something
    /// has it.
    /// </summary>
    bool TryRenameNew(string from, string to);

    /// <summary>Gives a file the permissions of another.</summary>
    void CopyPermissions(string from, string to);

    /// <summary>Gives a file the permissions of an open one, which need not have a name any more.</summary>
    void CopyPermissions(IFile from, string to);

    /// <summary>Makes creations, deletions and renames in a directory survive a power cut.</summary>
    void SyncDirectory(string directory);

    /// <summary>Paths of the files in a directory whose names start with the prefix, in ordinal order.</summary>
    IReadOnlyList<string> List(string directory, string namePrefix);

    /// <summary>
    /// Takes an exclusive advisory lock that ends with the returned object or the process; null when another holder
    /// has it, be it in this process or in another.
    /// </summary>
    /// <exception cref="StorageException">It cannot be had, or whether it was cannot be told.</exception>
    IFileLock? TryLock(string path);
}

/// <summary>An exclusive advisory lock on a file, held until disposal.</summary>
public interface IFileLock : IDisposable
{
    /// <summary>Whether the locked file still is the one under its path, so that others find the lock.</summary>
    /// <exception cref="StorageException">It cannot be told.</exception>
    bool IsInPlace { get; }
}

/// <summary>How <see cref="IFileSystem.Open"/> treats a file that is there or is not.</summary>
public enum FileOpen
{
    /// <summary>The file must exist; it is opened for reading and writing.</summary>
    OpenExisting,

    /// <summary>The file is created empty when it does not exist.</summary>
    OpenOrCreate,

    /// <summary>The file must not exist.</summary>
    CreateNew,

    /// <summary>The file must exist and is opened for reading only, as a write-protected one can be.</summary>
    ReadExisting,
}

/// <summary>The directory that a file is in.</summary>
public static class ParentDirectory
{
    /// <summary>The full path of a file's directory, also of a relative path's.</summary>
    public static string Of(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;
}

/// <summary>
/// An open file with positioned reads and writes. Reads may run on any thread at any time; writes, truncation and
/// syncing are one writer's business. Every failure is a <see cref="StorageException"/>.
/// </summary>
public interface IFile : IDisposable
{
    string Path { get; }

    /// <summary>Current length in bytes.</summary>
    long Length { get; }

    /// <summary>What is under <see cref="Path"/> now: outsiders may have moved or replaced the file.</summary>
    FilePlace Place { get; }

    /// <summary>Fills the buffer as far as the file reaches; returns the bytes read, 0 at its end.</summary>
    int Read(long offset, Span<byte> buffer);

    /// <summary>Writes all of <paramref name="bytes"/>, extending the file where needed, or throws.</summary>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Forces everything written to stable storage. A failure is final: the system may have dropped the unwritten
    /// pages, so this object refuses every later write and sync, while reading goes on.
    /// </summary>
    void Sync();

    /// <summary>Cuts or extends the file to <paramref name="length"/> bytes.</summary>
    void Truncate(long length);
}

/// <summary>What is under the path by which a file was opened.</summary>
public enum FilePlace
{
    /// <summary>The file itself, by whatever way the path leads to it.</summary>
    Own,

    /// <summary>Nothing, or not even the folder: the file was deleted or moved.</summary>
    Nothing,

    /// <summary>Another file.</summary>
    Another,
}
