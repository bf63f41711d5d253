using Bitmapist.Engine.Durability;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;

namespace Bitmapist.Migration.Aof;

/// <summary>
/// The keyspace that append-only files are replayed into: a database of its own beside the target, of which only so
/// much is in memory as <see cref="Limits.ReplayMemoryBytes"/> says. Its clock stands at 1970, so nothing expires. One
/// thread.
/// </summary>
internal sealed class ReplayKeyspace : IDisposable
{
    private readonly FailedSaves _saves = new();
    private readonly PersistentKeyspace _keyspace;
    private long _uncommittedBytes;

    private ReplayKeyspace(IFileSystem files, string path)
    {
        var options = new PersistenceOptions(path, Engine.Limits.DatabasesMax, FsyncPolicy.No, TimeSpan.Zero)
        {
            MemoryBytesMax = Limits.ReplayMemoryBytes,
            HotFor = TimeSpan.Zero,
        };
        _keyspace = PersistentKeyspace.Open(files, options, new StillClock(), _saves);
        Session = new Session(_keyspace.Store);
    }

    public Session Session { get; }

    /// <summary>Opens the database at a path, or makes an empty one.</summary>
    /// <exception cref="StorageException">It cannot be read or written.</exception>
    public static ReplayKeyspace Open(IFileSystem files, string path) => new(files, path);

    /// <summary>
    /// To be called after each command: waits now and then for the disk, so that neither the log's buffer, nor what is
    /// unsaved, nor the log grows without bounds.
    /// </summary>
    /// <param name="bytes">Of the command.</param>
    /// <exception cref="StorageException">The disk refused.</exception>
    public void Commit(long bytes)
    {
        _uncommittedBytes += bytes;
        if (_uncommittedBytes < Limits.ReplayCommitBytes) return;
        _uncommittedBytes = 0;
        _keyspace.CommitAsync(Session).AsTask().GetAwaiter().GetResult();
        if (_keyspace.LogBytes > Limits.ReplayLogBytes) Save();
        _saves.Throw(); // a save in the background: without it memory would grow
    }

    /// <summary>Has everything in the database file.</summary>
    /// <exception cref="StorageException">The disk refused.</exception>
    public void Save()
    {
        _keyspace.SaveAsync().GetAwaiter().GetResult();
        _saves.Throw();
    }

    public void Dispose()
    {
        Session.Dispose();
        _keyspace.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private sealed class StillClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
    }
}
