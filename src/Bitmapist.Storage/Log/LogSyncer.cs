using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>
/// The thread that fsyncs the log: on request of commits under <see cref="FsyncPolicy.Always"/>, once a second under
/// <see cref="FsyncPolicy.EverySecond"/>, after a rotation and at the end. One pass serves all who wait. A pass that
/// fails ends the log's work, not the thread: the log may resume.
/// </summary>
internal sealed class LogSyncer : IDisposable
{
    private readonly LogWriter log;
    private readonly IFileSystem files;
    private readonly SyncDelay delay;
    private readonly string databasePath;
    private readonly Thread thread;
    private readonly ITimer timer;
    private readonly object gate = new();
    private TaskCompletionSource next = NewPass();
    private TaskCompletionSource running = NewPass();
    private long runningTarget = -1;
    private long synced;
    private bool requested;
    private bool stopping;

    public LogSyncer(LogWriter log, IFileSystem files, SyncDelay delay, string databasePath, TimeProvider time)
    {
        this.log = log;
        this.files = files;
        this.delay = delay;
        this.databasePath = databasePath;
        thread = new Thread(Run) { IsBackground = true, Name = "log fsync" };
        timer = time.CreateTimer(_ => Tick(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>The position up to which the log survives a power cut.</summary>
    public long SyncedPosition => Volatile.Read(ref synced);

    public void Start() => thread.Start();

    /// <summary>Has a pass run soon, without waiting for it.</summary>
    public void Request()
    {
        lock (gate)
        {
            requested = true;
            Monitor.Pulse(gate);
        }
    }

    /// <summary>Completes when a pass has covered <paramref name="position"/>; fails when none will.</summary>
    public ValueTask SyncAsync(long position)
    {
        lock (gate)
        {
            if (synced >= position) return ValueTask.CompletedTask;
            // What is written may be synced yet, though further writes fail.
            if (log.Failure is { } reason && (log.IsSyncFailed || log.WrittenPosition < position))
                return ValueTask.FromException(reason.Again());
            if (runningTarget >= position) return WaitAsync(running.Task, position);
            requested = true;
            Monitor.Pulse(gate);
            return WaitAsync(next.Task, position);
        }
    }

    /// <summary>Everything up to a position is dealt with: synced, or dropped for good.</summary>
    public void Settle(long position)
    {
        lock (gate) Volatile.Write(ref synced, Math.Max(synced, position));
    }

    /// <summary>Runs a last pass, ends the thread, and fails whoever still waits in vain.</summary>
    public void Dispose()
    {
        timer.Dispose();
        lock (gate)
        {
            requested = true;
            stopping = true;
            Monitor.Pulse(gate);
        }

        thread.Join();
    }

    private static TaskCompletionSource NewPass() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A pass may end well without the position, where it could not be written.</summary>
    private async ValueTask WaitAsync(Task pass, long position)
    {
        await pass.ConfigureAwait(false);
        if (SyncedPosition >= position) return;
        throw log.Failure?.Again() ?? log.Missed();
    }

    private void Tick()
    {
        if (log.Policy == FsyncPolicy.EverySecond && log.AppendedPosition > SyncedPosition) Request();
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
        while (log.TryBeginSync(out SyncWork work, out long target))
        {
            if (!TrySync(work, target)) continue;
            if (work.Left.Count == 0) return target;
            log.NoteSynced(work.Left);
        }

        return SyncedPosition;
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
            if (work.IsDirectory) files.SyncDirectory(SegmentName.DirectoryOf(databasePath));
            if (work.Left.Count > 0) return true; // the current one comes after the note about these
            if (SyncedPosition < target) work.Current?.Sync();
            delay.SyncEnds();
            return true;
        }
        catch (Exception reason)
        {
            StorageException failed = reason as StorageException
                ?? new StorageException(databasePath, null, $"syncing the log failed: {reason.Message}", reason);
            if (log.NoteSyncFailure(work, sequence, failed)) throw failed;
            return false;
        }
    }

    /// <summary>False when the last pass has been made.</summary>
    private bool WaitForRequest()
    {
        lock (gate)
        {
            while (!requested && !stopping) Monitor.Wait(gate);
            if (!requested) return false;
            requested = false;
            running = next;
            next = NewPass();
            // The pass takes at least what is appended by now; later records may have to wait for the next one.
            runningTarget = log.AppendedPosition;
            return true;
        }
    }

    private void Complete(long position)
    {
        TaskCompletionSource done;
        lock (gate)
        {
            Volatile.Write(ref synced, Math.Max(synced, position));
            runningTarget = -1;
            done = running;
        }

        done.SetResult();
    }

    private void Fail(Exception failure)
    {
        lock (gate)
        {
            runningTarget = -1;
            Fail(running, failure);
            Fail(next, failure);
            next = NewPass();
        }
    }

    private static void Fail(TaskCompletionSource pass, Exception failure)
    {
        pass.TrySetException(failure is StorageException known ? known.Again() : failure);
        // Somebody may or may not be waiting; an exception nobody awaits is not to be reported a second time.
        _ = pass.Task.Exception;
    }
}
