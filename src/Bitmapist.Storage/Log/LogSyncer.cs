using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>
/// The thread that fsyncs the log: on request of commits under <see cref="FsyncPolicy.Always"/>, once a second under
/// <see cref="FsyncPolicy.EverySecond"/>, after a rotation and at the end. One pass serves all who wait.
/// </summary>
internal sealed class LogSyncer : IDisposable
{
    private readonly LogWriter log;
    private readonly Thread thread;
    private readonly ITimer timer;
    private readonly object gate = new();
    private TaskCompletionSource next = NewPass();
    private TaskCompletionSource running = NewPass();
    private long runningTarget = -1;
    private long synced;
    private bool requested;
    private bool stopping;

    public LogSyncer(LogWriter log, TimeProvider time)
    {
        this.log = log;
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

    /// <summary>Completes when a pass has covered <paramref name="position"/>; fails when the log does.</summary>
    public ValueTask SyncAsync(long position)
    {
        lock (gate)
        {
            if (synced >= position) return ValueTask.CompletedTask;
            log.RefuseAfterFailure();
            if (runningTarget >= position) return new ValueTask(running.Task);
            requested = true;
            Monitor.Pulse(gate);
            return new ValueTask(next.Task);
        }
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
                Complete(log.SyncPass());
            }
            catch (StorageException e)
            {
                Fail(e);
                return;
            }
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
            Volatile.Write(ref synced, position);
            runningTarget = -1;
            done = running;
        }

        done.SetResult();
    }

    private void Fail(StorageException failure)
    {
        lock (gate)
        {
            runningTarget = -1;
            running.TrySetException(failure.Again());
            next.TrySetException(failure.Again());
            // Somebody may or may not be waiting; an exception nobody awaits is not to be reported a second time.
            _ = running.Task.Exception;
            _ = next.Task.Exception;
        }
    }
}
