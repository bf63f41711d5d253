using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>
/// The thread that fsyncs the log: on request of commits under <see cref="FsyncPolicy.Always"/>, once a second under
/// <see cref="FsyncPolicy.EverySecond"/>, after a rotation and at the end. One pass serves all who wait. A pass that
/// fails ends the log's work, not the thread: the log may resume.
/// </summary>
internal sealed class LogSyncer : IDisposable
{
    private readonly LogBuffer _buffer;
    private readonly LogOutput _output;
    private readonly LogProgress _progress;
    private readonly IFileSystem _files;
    private readonly SyncDelay _delay;
    private readonly string _databasePath;
    private readonly Thread _thread;
    private readonly ITimer _timer;
    private readonly object _gate = new();
    private TaskCompletionSource _next = NewPass();
    private TaskCompletionSource _running = NewPass();
    private long _runningTarget = -1;
    private bool _requested;
    private bool _stopping;

    public LogSyncer(
        LogBuffer buffer, LogOutput output, LogProgress progress, IFileSystem files, SyncDelay delay,
        string databasePath, TimeProvider time)
    {
        _buffer = buffer;
        _output = output;
        _progress = progress;
        _files = files;
        _delay = delay;
        _databasePath = databasePath;
        _thread = new Thread(Run) { IsBackground = true, Name = "log fsync" };
        _timer = time.CreateTimer(_ => Tick(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public void Start() => _thread.Start();

    /// <summary>Has a pass run soon, without waiting for it.</summary>
    public void Request()
    {
        lock (_gate)
        {
            _requested = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Completes when a pass has covered <paramref name="position"/>; fails when none will.</summary>
    public ValueTask SyncAsync(long position)
    {
        lock (_gate)
        {
            if (_progress.Synced >= position) return ValueTask.CompletedTask;
            // What is written may be synced yet, though further writes fail.
            if (_output.Failure is { } reason && (_output.IsSyncFailed || _progress.Written < position))
                return ValueTask.FromException(reason.Again());
            if (_runningTarget >= position) return WaitAsync(_running.Task, position);
            _requested = true;
            Monitor.Pulse(_gate);
            return WaitAsync(_next.Task, position);
        }
    }

    /// <summary>Runs a last pass, ends the thread, and fails the commits that still wait in vain.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            _requested = true;
            _stopping = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
    }

    private static TaskCompletionSource NewPass() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A pass may end well without the position, where it could not be written.</summary>
    private async ValueTask WaitAsync(Task pass, long position)
    {
        await pass.ConfigureAwait(false);
        if (_progress.Synced >= position) return;
        throw _output.Failure?.Again() ?? _output.Missed();
    }

    private void Tick()
    {
        if (_progress.Policy == FsyncPolicy.EverySecond && _buffer.AppendedPosition > _progress.Synced) Request();
    }

    private void Run()
    {
        while (WaitForRequest())
        {
            try
            {
                Complete(SyncPass());
            }
            catch (Exception e) // the log has noted that it fails, and its owner knows
            {
                Fail(e);
            }
        }
    }

    /// <summary>
    /// Has what is buffered written, and syncs what is written; returns the position that is then durable. Segments
    /// rotated away are synced first and noted as durable in a later one, so that recovery can tell a tail nobody was
    /// promised from damage.
    /// </summary>
    private long SyncPass()
    {
        while (_output.TryBeginSync(out SyncWork work, out long target))
        {
            if (!TrySync(work, target))
            {
                // Nothing is left but a directory that cannot be synced, which no segment needs: for a later pass.
                if (work.Current is null && work.Left.Count == 0) break;
                continue;
            }

            if (work.Left.Count == 0) return target;
            _output.NoteSynced(work.Left);
        }

        return _progress.Synced;
    }

    /// <summary>False when a segment that failed has become useless meanwhile: then what is left is synced.</summary>
    private bool TrySync(in SyncWork work, long target)
    {
        long sequence = work.Current?.Sequence ?? 0;
        try
        {
            foreach (LogSegment left in work.Left)
            {
                sequence = left.Sequence;
                left.Sync();
            }

            sequence = work.Current?.Sequence ?? sequence;
            if (work.IsDirectory) _files.SyncDirectory(ParentDirectory.Of(_databasePath));
            if (work.Left.Count > 0) return true; // the current one comes after the note about these
            if (_progress.Synced < target) work.Current?.Sync();
            _delay.SyncEnds();
            return true;
        }
        catch (Exception reason)
        {
            StorageException failed = reason as StorageException
                ?? new StorageException(_databasePath, null, $"syncing the log failed: {reason.Message}", reason);
            if (_output.NoteSyncFailure(work, sequence, failed)) throw failed;
            return false;
        }
    }

    /// <summary>False when the last pass has been made.</summary>
    private bool WaitForRequest()
    {
        lock (_gate)
        {
            while (!_requested && !_stopping) Monitor.Wait(_gate);
            if (!_requested) return false;
            _requested = false;
            _running = _next;
            _next = NewPass();
            // The pass takes at least what is appended by now; later records may have to wait for the next one.
            _runningTarget = _buffer.AppendedPosition;
            return true;
        }
    }

    private void Complete(long position)
    {
        TaskCompletionSource done;
        lock (_gate)
        {
            _progress.NoteSynced(position);
            _runningTarget = -1;
            done = _running;
        }

        done.SetResult();
    }

    private void Fail(Exception failure)
    {
        lock (_gate)
        {
            _runningTarget = -1;
            Fail(_running, failure);
            Fail(_next, failure);
            _next = NewPass();
        }
    }

    private static void Fail(TaskCompletionSource pass, Exception failure)
    {
        pass.TrySetException(failure is StorageException known ? known.Again() : failure);
        // Somebody may or may not be waiting; an exception nobody awaits is not to be reported a second time.
        _ = pass.Task.Exception;
    }
}
