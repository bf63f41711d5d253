using Bitmapist.Storage.Files;

namespace Bitmapist.Engine.Stored;

/// <summary>
/// The lock that keeps a database to one process: a file beside it, which stays once a server has used the database,
/// but is gone again when it was made for something that came to nothing. One thread at a time.
/// </summary>
public sealed class DatabaseLock : IDisposable
{
    private readonly IFileSystem _files;
    private readonly string _path;
    private IFileLock _held;
    private bool _stays;

    private DatabaseLock(IFileSystem files, string path, IFileLock held, bool stays)
    {
        _files = files;
        _path = path;
        _held = held;
        _stays = stays;
    }

    /// <summary>Takes the lock of a database.</summary>
    /// <exception cref="DatabaseLockedException">Another process, or another holder in this one, has it.</exception>
    /// <exception cref="StorageException">The lock file cannot be made or locked.</exception>
    public static DatabaseLock Take(IFileSystem files, string databasePath)
    {
        ArgumentNullException.ThrowIfNull(files);
        string path = databasePath + ".lock";
        bool stays = files.Exists(path);
        IFileLock held = files.TryLock(path) ?? throw new DatabaseLockedException(databasePath);
        return new DatabaseLock(files, path, held, stays);
    }

    /// <summary>
    /// Takes the lock of a database that is only to be read, and makes no lock file where there never was a server:
    /// null, then.
    /// </summary>
    /// <exception cref="DatabaseLockedException">Another process, or another holder in this one, has it.</exception>
    /// <exception cref="StorageException">The lock file is there and cannot be locked.</exception>
    public static IDisposable? TakeToRead(IFileSystem files, string databasePath)
    {
        ArgumentNullException.ThrowIfNull(files);
        return files.Exists(databasePath + ".lock") ? Take(files, databasePath) : null;
    }

    /// <summary>The lock file is to stay: the database is in use.</summary>
    public void Keep() => _stays = true;

    /// <summary>
    /// Makes the lock file again that an outsider deleted, or locks what took its place, so that no other process
    /// starts on the database; unless one has already.
    /// </summary>
    /// <exception cref="StorageException">It cannot be made, or not be looked for.</exception>
    public void Renew()
    {
        if (_held.IsInPlace || _files.TryLock(_path) is not { } again) return;
        _held.Dispose();
        _held = again;
    }

    public void Dispose()
    {
        try
        {
            if (!_stays) _files.Delete(_path); // while it is held, so that nobody else's is deleted
        }
        catch (StorageException)
        {
            // An empty file stays, which harms nobody.
        }
        finally
        {
            _held.Dispose();
        }
    }
}

/// <summary>Another process has the database open.</summary>
public sealed class DatabaseLockedException(string path)
    : Exception($"database {path} is in use by another process (lock file {path}.lock)");
