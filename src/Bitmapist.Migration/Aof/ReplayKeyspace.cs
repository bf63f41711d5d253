using Bitmapist.Engine;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Saving;
using Bitmapist.Migration.Transfer;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;

namespace Bitmapist.Migration.Aof;

/// <summary>
/// The keyspace that append-only files are replayed into: a database of its own beside the target, of which only so
/// much is in memory as <see cref="MigrationLimits.ReplayMemoryBytes"/> says. Its clock is set to 1970, so nothing
/// expires. One thread.
/// </summary>
internal sealed class ReplayKeyspace : IDisposable
{
    private const int DatabasesAtFirst = 16; // each that there could be costs 512 bytes, used or not
    private readonly FailedSaves _saves = new();
    private readonly IFileSystem _files;
    private readonly string _path;
    private PersistentKeyspace? _keyspace; // null when it could not be opened again
    private long _uncommittedBytes;

    private ReplayKeyspace(IFileSystem files, string path, int databases)
    {
        _files = files;
        _path = path;
        _keyspace = Open(Math.Max(databases, DatabasesAtFirst));
        Session = new Session(_keyspace.Store);
    }

    /// <summary>The door to it; another one after <see cref="Grow"/>.</summary>
    public Session Session { get; private set; }

    /// <summary>Opens the database at a path, or makes an empty one.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="path">The database.</param>
    /// <param name="databases">As many as it has keys in, or more.</param>
    /// <exception cref="StorageException">It cannot be read or written.</exception>
    public static ReplayKeyspace Open(IFileSystem files, string path, int databases) => new(files, path, databases);

    /// <summary>Opens it anew with so many databases at least.</summary>
    /// <exception cref="StorageException">The disk refused.</exception>
    public void Grow(int databases)
    {
        int selected = Session.Database;
        int wanted = Math.Min(EngineLimits.DatabasesMax, Math.Max(databases, 2 * Session.Databases));
        Save();
        Dispose();
        _keyspace = Open(wanted);
        Session = new Session(_keyspace.Store) { Database = selected };
    }

    /// <summary>
    /// To be called after each command: waits now and then for the disk, so that neither the log's buffer, nor what is
    /// unsaved, nor the log grows without bounds.
    /// </summary>
    /// <param name="bytes">Of the command.</param>
    /// <exception cref="StorageException">The disk refused.</exception>
    public void Commit(long bytes)
    {
        _uncommittedBytes += bytes;
        if (_uncommittedBytes < MigrationLimits.ReplayCommitBytes) return;
        _uncommittedBytes = 0;
        _keyspace!.CommitAsync(Session).AsTask().GetAwaiter().GetResult();
        if (_keyspace.LogBytes > MigrationLimits.ReplayLogBytes) Save();
        _saves.Throw(); // a save in the background: without it memory would grow
    }

    /// <summary>Has everything in the database file.</summary>
    /// <exception cref="StorageException">The disk refused.</exception>
    public void Save()
    {
        _keyspace!.SaveAsync().GetAwaiter().GetResult();
        _saves.Throw();
    }

    public void Dispose()
    {
        if (_keyspace is null) return;
        Session.Dispose();
        _keyspace.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _keyspace = null;
    }

    private PersistentKeyspace Open(int databases)
    {
        var options = new PersistenceOptions(_path, databases, FsyncPolicy.No, TimeSpan.Zero)
        {
            MemoryBytesMax = MigrationLimits.ReplayMemoryBytes,
            HotFor = TimeSpan.Zero,
        };
        return PersistentKeyspace.Open(_files, options, new StillClock(), _saves);
    }

    private sealed class StillClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }
}

/// <summary>
/// Which database of the replay's keyspace holds what Redis calls database n. SWAPDB exchanges two of these numbers
/// instead of all their keys. One thread.
/// </summary>
internal sealed class DatabaseMap
{
    private readonly Dictionary<int, int> _moved = []; // those that are not under their own number

    /// <summary>Where database <paramref name="number"/> is kept.</summary>
    public int this[int number] => _moved.GetValueOrDefault(number, number);

    /// <summary>Exchanges two databases.</summary>
    public void Swap(int left, int right) => (_moved[left], _moved[right]) = (this[right], this[left]);

    /// <summary>The other way round: under which number what is kept somewhere goes.</summary>
    public Dictionary<int, int> Inverted() => _moved.ToDictionary(pair => pair.Value, pair => pair.Key);
}
