using System.Diagnostics;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Recovery;
using Bitmapist.Engine.Stored;
using Bitmapist.Engine.Upkeep;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using Bitmapist.Storage.Snapshots;

namespace Bitmapist.Engine.Saving;

/// <summary>
/// A keyspace with its database file and log. Opening loads the file and replays the log; from then on every effect is
/// logged before it is acknowledged (<see cref="CommitAsync"/>), and a save moves what the log holds into the file.
/// Thread-safe.
/// </summary>
public sealed class PersistentKeyspace : IAsyncDisposable
{
    private readonly IFileSystem _files;
    private readonly PersistenceOptions _options;
    private readonly IPersistenceEvents _events;
    private readonly DatabaseLock _lock;
    private readonly LogWriter _log;
    private readonly SnapshotSaver _saver;
    private readonly SaveRunner _saves;
    private readonly SemaphoreSlim _backingUp = new(1, 1);
    private readonly BackgroundThreads _threads = new("bitmapist-save", 2); // for a save and a backup
    private readonly FileWatch _watch;
    private readonly HotSetKeeper _hotSet;
    private readonly LogGrowth _growth;
    private readonly LogKeeper _keeper;

    private PersistentKeyspace(
        IFileSystem files, PersistenceOptions options, TimeProvider time, IPersistenceEvents events, DatabaseLock held)
    {
        _files = files;
        _options = options;
        _events = events;
        _lock = held;
        var elapsed = Stopwatch.StartNew();
        events.Loading(options.Path);
        Store = new KeyspaceStore(options.Databases, time);
        (DatabaseFile file, _log) = OpenedDatabase.Open(
            Store, files, options.Path, options.Fsync, time, events.TornTail, events.Replaying);
        Store.Log = _log;
        _saver = new SnapshotSaver(Store, files, file, _log);
        _saves = new SaveRunner(Store, _saver, options.Path, events, _threads);
        // Those whose time has come while nobody ran count for a moment yet: they go in the background.
        using (var session = new Session(Store))
        using (session.Enter(KeyspaceStore.AllShards)) events.Loaded(elapsed.Elapsed, Store.CountAll().Keys);
        var hotSet = new HotSet(Store, options.MemoryBytesMax, options.HotFor);
        _growth = new LogGrowth(
            _log, () => _saver.DatabaseLiveBytes, options.LogGrowthPercentage, options.LogGrowthBytesMin);
        _keeper = new LogKeeper(Store, _log, _growth, time, events, _saves.TryStart);
        _hotSet = new HotSetKeeper(hotSet, Store.Memory, _saves.TryStart, () => LastSaveFailed,
            failure => events.BackgroundWorkFailed("sweeping the hot set", failure));
        _saves.Ended = WhenSaveEnded;
        _keeper.Start();
        _saves.Start(options.SaveInterval, time);
        _watch = new FileWatch(RenewLock, _saves.TryMend, time);
    }

    public KeyspaceStore Store { get; }

    /// <summary>Why writes are refused; null while all is well. The server mends it by itself when it can.</summary>
    public LogFailure? LogFailure => _keeper.Failure;

    /// <summary>How often writes came to be refused since the start.</summary>
    public long LogFailures => _keeper.Failures;

    /// <summary>How often the log was looked after.</summary>
    internal long LogLooks => _keeper.Looks;

    /// <summary>The log takes nothing; what it does not have is taken back already, or just being.</summary>
    internal bool IsLogFailing => _log.Failure is not null;

    /// <summary>Acknowledgements that waited because the disk was behind, with fsync every second.</summary>
    public long DelayedFsyncs => _log.DelayedCommits;

    /// <summary>A save begins when the log is so many percent of the live data; 0: never. May change.</summary>
    public int LogGrowthPercentage
    {
        get => _growth.Percentage;
        set => _growth.Percentage = value;
    }

    /// <summary>Below so many bytes of the log no save begins for its size. May change.</summary>
    public long LogGrowthBytesMin
    {
        get => _growth.BytesMin;
        set => _growth.BytesMin = value;
    }

    /// <summary>Effects not yet in the database file (they are in the log).</summary>
    public long ChangesSinceSave => _saves.ChangesSinceSave;

    public bool IsSaving => _saves.IsSaving;

    /// <summary>When the last save ended well, or the start.</summary>
    public long LastSaveUnixSeconds => _saves.LastSaveUnixMs / 1000;

    public bool LastSaveFailed => _saves.LastSaveFailed;

    public long LogBytes => _log.TotalBytes;

    public long DatabaseBytes => _saver.DatabaseBytes;

    /// <summary>What of them is live, as of the last save: what the log's length is compared with.</summary>
    public long DatabaseLiveBytes => _saver.DatabaseLiveBytes;

    /// <summary>Keys in the index of the database file, the engine's own among them.</summary>
    internal long LiveStoredKeys => _saver.File.Entries;

    /// <summary>Bytes that bitmaps and index occupy in memory; about.</summary>
    public long MemoryBytes => _hotSet.HotSet.Bytes;

    /// <summary>What <see cref="MemoryBytes"/> may be; 0: any number. May change at run time.</summary>
    public long MemoryBytesMax
    {
        get => _hotSet.HotSet.BudgetBytes;
        set
        {
            _hotSet.HotSet.BudgetBytes = value;
            _hotSet.Ask();
        }
    }

    /// <summary>After so long without being used a key is evicted; zero: it stays. May change.</summary>
    public TimeSpan HotFor
    {
        get => _hotSet.HotSet.Idle;
        set => _hotSet.HotSet.Idle = value;
    }

    /// <summary>When the log is synced; may change at run time.</summary>
    public FsyncPolicy AppendFsync
    {
        get => _log.Policy;
        set => _log.Policy = value;
    }

    /// <summary>Opens a database, or makes an empty one.</summary>
    /// <exception cref="DatabaseLockedException">Another process has it open.</exception>
    /// <exception cref="CorruptFileException">It is foreign, of a newer version, or damaged; nothing was
    /// changed.</exception>
    /// <exception cref="StorageException">It cannot be read or written.</exception>
    public static PersistentKeyspace Open(
        IFileSystem files, PersistenceOptions options, TimeProvider time, IPersistenceEvents events)
    {
        var held = DatabaseLock.Take(files, options.Path);
        try
        {
            var opened = new PersistentKeyspace(files, options, time, events, held);
            held.Keep();
            return opened;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Completes when the log has accepted every effect applied so far, by any session: written to the system, or
    /// synced when the policy is always.
    /// </summary>
    /// <exception cref="StorageException">The log failed.</exception>
    public ValueTask CommitAsync()
    {
        long position = _log.AppendedPosition;
        return _log.CommittedPosition >= position ? default : _log.CommitAsync(position);
    }

    /// <summary>
    /// The same for what one session did and saw since it was called last: its replies may be sent. While the log
    /// takes nothing, reads go on: what they see was accepted before.
    /// </summary>
    /// <exception cref="StorageException">The log failed, and what the session did or saw was taken back.</exception>
    public ValueTask CommitAsync(Session session) =>
        TryCommit(session) ? default : CommitAsync(session, _log.AppendedPosition);

    /// <summary>The same if there is nothing to write and to wait for; else false, and nothing is done.</summary>
    public bool TryCommit(Session session)
    {
        long written = session.Journal.UnacknowledgedPosition;
        if (_log.CommittedPosition < _log.AppendedPosition
            || _log.IsAcknowledgementDelayed(written)
            || (written != 0 && _hotSet.HotSet.IsOverwhelmed))
            return false;
        session.EndBatch();
        return true;
    }

    private async ValueTask CommitAsync(Session session, long position)
    {
        bool isWriter = session.Journal.UnacknowledgedPosition != 0;
        try
        {
            if (!_log.TryCommit(position)) await _log.SyncAsync(position).ConfigureAwait(false);
            await _log.AcknowledgeAsync(session.Journal.UnacknowledgedPosition).ConfigureAwait(false);
        }
        catch
        {
            session.ForgetBatch();
            throw;
        }

        session.EndBatch();
        // A client that writes faster than saves can follow waits for them (back-pressure): the budget is kept by all
        // that is asked for later.
        if (isWriter && _hotSet.HotSet.IsOverwhelmed) await _hotSet.WaitForRoomAsync().ConfigureAwait(false);
    }

    /// <summary>Measures the hot set and evicts what may go, now.</summary>
    internal void SweepHotSet() => _hotSet.HotSet.Sweep();

    /// <summary>Begins a save in the background unless one is under way; its outcome goes to the events.</summary>
    public bool TryStartSave() => _saves.TryStart();

    /// <summary>Saves, after a save under way has ended.</summary>
    /// <returns>Null, or why it failed.</returns>
    public Task<Exception?> SaveAsync() => _saves.SaveAsync();

    /// <summary>
    /// Saves before a stop, if that is wanted. If the database file was deleted, moved or replaced while in use, all
    /// keys are written even if it is not, as nobody else has them: to the file's place, or if that is taken beside it.
    /// </summary>
    /// <returns>Null, or why not everything is under the database's path; the log is kept then.</returns>
    public Task<Exception?> StopAsync(bool save) => _saves.SaveBeforeStopAsync(save);

    /// <summary>
    /// Writes every key as of one instant to a file of its own, which <c>-db</c> can open; reads it back before it gets
    /// its name. Begins with a save: what that wrote is what is copied, while other saves go on.
    /// </summary>
    /// <exception cref="StorageException">It cannot be written; what was there before is unharmed.</exception>
    public async Task BackupAsync(string path)
    {
        if (Path.GetFullPath(path) == Path.GetFullPath(_options.Path))
            throw new StorageException(path, null, "is the database itself, which a backup would replace");
        await _backingUp.WaitAsync().ConfigureAwait(false);
        try
        {
            var elapsed = Stopwatch.StartNew();
            if (await SaveAsync().ConfigureAwait(false) is { } why)
                throw new StorageException(path, null, $"not written, as saving failed: {why.Message}", why);
            await _threads.RunAsync(() => CopyNewest(path)).ConfigureAwait(false);
            _events.BackedUp(path, elapsed.Elapsed);
        }
        finally
        {
            _backingUp.Release();
        }
    }

    private void CopyNewest(string path)
    {
        using FileHold source = Store.Disk!.Hold(); // a compaction may replace it meanwhile
        Backup.Write(_files, source.File, path);
    }

    /// <summary>Ends the background work and closes the files. Does not save: the log has everything.</summary>
    public async ValueTask DisposeAsync()
    {
        await _saves.StopPeriodicAsync().ConfigureAwait(false);
        await _watch.DisposeAsync().ConfigureAwait(false);
        await _hotSet.DisposeAsync().ConfigureAwait(false);
        await _keeper.DisposeAsync().ConfigureAwait(false);
        await _backingUp.WaitAsync().ConfigureAwait(false);
        await _saves.DisposeAsync().ConfigureAwait(false);
        try
        {
            _log.Dispose();
            _saver.Dispose();
        }
        finally
        {
            _lock.Dispose();
        }

        _backingUp.Dispose();
    }

    private void RenewLock()
    {
        try
        {
            _lock.Renew();
        }
        catch (StorageException)
        {
            // Its folder is gone as well, or there is no room: the next look tries again.
        }
    }

    private void WhenSaveEnded()
    {
        _hotSet.Ask(); // what was dirty may leave now
        _keeper.Ask(); // the log may go on in a new segment
    }
}
