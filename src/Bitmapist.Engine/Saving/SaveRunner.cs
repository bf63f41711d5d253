using System.Diagnostics;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Storage.Files;

namespace Bitmapist.Engine.Saving;

/// <summary>
/// Runs saves one at a time: periodic ones, those that are asked for, and those that mend what was taken away. Tells of
/// their outcome. Thread-safe.
/// </summary>
internal sealed class SaveRunner : IAsyncDisposable
{
    private readonly KeyspaceStore _store;
    private readonly SnapshotSaver _saver;
    private readonly string _path;
    private readonly IPersistenceEvents _events;
    private readonly SemaphoreSlim _saving = new(1, 1);
    private readonly BackgroundThreads _threads;
    private readonly CancellationTokenSource _stopping = new();
    private Task _periodicSaves = Task.CompletedTask;
    private long _lastSaveUnixMs;

    /// <param name="store">The keyspace.</param>
    /// <param name="saver">Writes the snapshots.</param>
    /// <param name="path">The database file, for what is told of it.</param>
    /// <param name="events">Who is told.</param>
    /// <param name="threads">What saves run on.</param>
    public SaveRunner(
        KeyspaceStore store, SnapshotSaver saver, string path, IPersistenceEvents events, BackgroundThreads threads)
    {
        _store = store;
        _saver = saver;
        _path = path;
        _events = events;
        _threads = threads;
        _lastSaveUnixMs = store.NowUnixMs;
    }

    /// <summary>Called when a save has ended, well or not. Set before the first.</summary>
    public Action Ended { get; set; } = () => { };

    /// <summary>Effects not yet in the database file (they are in the log).</summary>
    public long ChangesSinceSave => _store.Changes - _saver.SavedChanges;

    public bool IsSaving => _saving.CurrentCount == 0;

    public bool LastSaveFailed { get; private set; }

    /// <summary>When the last save ended well, or the start.</summary>
    public long LastSaveUnixMs => Volatile.Read(ref _lastSaveUnixMs);

    /// <summary>Begins the periodic saves, once; zero: there are none.</summary>
    public void Start(TimeSpan interval, TimeProvider time)
    {
        if (interval > TimeSpan.Zero) _periodicSaves = SavePeriodicallyAsync(interval, time);
    }

    /// <summary>Begins a save in the background unless one is under way; its outcome goes to the events.</summary>
    public bool TryStart()
    {
        if (!_saving.Wait(0)) return false;
        _ = _threads.RunAsync(SaveAndRelease);
        return true;
    }

    /// <summary>Saves, after a save under way has ended.</summary>
    /// <returns>Null, or why it failed.</returns>
    public async Task<Exception?> SaveAsync()
    {
        await _saving.WaitAsync().ConfigureAwait(false);
        return await _threads.RunAsync(SaveAndRelease).ConfigureAwait(false);
    }

    /// <summary>
    /// Saves before a stop, if that is wanted. If the database file was deleted, moved or replaced while in use, all
    /// keys are written even if it is not, as nobody else has them: to the file's place, or if that is taken beside it.
    /// </summary>
    /// <returns>Null, or why not everything is under the database's path; the log is kept then.</returns>
    public async Task<Exception?> SaveBeforeStopAsync(bool save)
    {
        if (!save && await Task.Run(IsInPlace).ConfigureAwait(false)) return null;
        Exception? failure = await SaveAsync().ConfigureAwait(false);
        if (failure is null || await Task.Run(IsInPlace).ConfigureAwait(false)) return failure;
        failure = await SaveAsync().ConfigureAwait(false); // the first has found out, this one writes it anew
        return failure is null ? null : await _threads.RunAsync(() => Rescue(failure)).ConfigureAwait(false);
    }

    /// <summary>Has a save mend what is missing under its path; false: it is missing still.</summary>
    public bool TryMend()
    {
        try
        {
            if (IsSaving || !_saver.IsSaveNeeded()) return true; // who saves looks as well
        }
        catch (Exception) // whatever keeps it from looking: a save meets it, too, and says so
        {
            return true;
        }

        return !_saving.Wait(0) || SaveAndRelease() is null;
    }

    /// <summary>Ends the periodic saves.</summary>
    public async Task StopPeriodicAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _periodicSaves.ConfigureAwait(false);
    }

    /// <summary>Waits for a save under way; none can begin afterwards.</summary>
    public async ValueTask DisposeAsync()
    {
        await _saving.WaitAsync().ConfigureAwait(false);
        _stopping.Dispose();
        _saving.Dispose();
    }

    private async Task SavePeriodicallyAsync(TimeSpan interval, TimeProvider time)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
                await SaveIfChangedAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopping; the caller of the stop saves if it wants to.
        }
    }

    private async Task SaveIfChangedAsync()
    {
        try
        {
            if (ChangesSinceSave == 0 && !LastSaveFailed) return;
            if (!_saving.Wait(0)) return;
            _events.Saving();
            await _threads.RunAsync(SaveAndRelease).ConfigureAwait(false);
        }
        catch (Exception failure) // whatever it is, the next interval saves
        {
            _events.BackgroundWorkFailed("saving", failure);
        }
    }

    private bool IsInPlace()
    {
        try
        {
            return _saver.IsInPlace;
        }
        catch (StorageException)
        {
            return false;
        }
    }

    private StorageException Rescue(Exception failure)
    {
        try
        {
            return new StorageException(
                _path, null, $"{failure.Message}; all keys are in {_saver.Rescue()}", failure);
        }
        catch (Exception second) when (second is StorageException or CorruptFileException)
        {
            return new StorageException(
                _path, null, $"{failure.Message}; nor could all keys be written beside it: {second.Message}");
        }
    }

    private Exception? SaveAndRelease()
    {
        try
        {
            return TrySave();
        }
        finally
        {
            _saving.Release();
            Ended();
        }
    }

    private Exception? TrySave()
    {
        try
        {
            var elapsed = Stopwatch.StartNew();
            _saver.Save();
            LastSaveFailed = false;
            if (_saver.Mended.HasFlag(Mended.DatabaseFile)) _events.Restored(_path);
            if (_saver.Mended.HasFlag(Mended.Log)) _events.LogMissing(_path);
            if (_saver.CompactionFailure is { } reason) _events.CompactionFailed(reason);
            Volatile.Write(ref _lastSaveUnixMs, _store.NowUnixMs);
            _events.Saved(elapsed.Elapsed);
            return null;
        }
        catch (Exception failure) // whatever it is: the log has everything, and the next save tries again
        {
            LastSaveFailed = true;
            _events.SaveFailed(failure);
            return failure;
        }
    }
}

/// <summary>
/// Looks once a second whether database file and log are still where a start looks for them, so that a deleted one is
/// written anew at once and not at the next save. After an attempt that failed it waits, longer each time.
/// </summary>
internal sealed class FileWatch : IAsyncDisposable
{
    private const int PauseSecondsMax = 60;
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private readonly PeriodicTimer _timer;
    private readonly Action _look;
    private readonly Func<bool> _tryMend;
    private readonly Task _running;

    /// <param name="look">Done each second, whatever was before. Throws nothing.</param>
    /// <param name="tryMend">Looks, and mends what is missing; false: it is missing still. Throws nothing.</param>
    /// <param name="time">The clock.</param>
    public FileWatch(Action look, Func<bool> tryMend, TimeProvider time)
    {
        _look = look;
        _tryMend = tryMend;
        _timer = new PeriodicTimer(s_interval, time);
        _running = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _running.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        int pauseSeconds = 0, leftSeconds = 0;
        while (await _timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            await Task.Run(_look).ConfigureAwait(false);
            if (leftSeconds-- > 0) continue;
            bool isWell = await Task.Run(_tryMend).ConfigureAwait(false);
            pauseSeconds = isWell ? 0 : Math.Clamp(pauseSeconds * 2, 1, PauseSecondsMax);
            leftSeconds = pauseSeconds - 1;
        }
    }
}
