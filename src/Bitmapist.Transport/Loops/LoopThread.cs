using System.Collections.Concurrent;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Linux;
using Bitmapist.Transport.Memory;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Transport.Loops;

/// <summary>
/// A thread that serves connections: it waits for their sockets, runs their readers as bytes come, and at the end of
/// each turn sends what they wrote. Carriers derive from it.
/// </summary>
/// <remarks>Protected members are the thread's own; <see cref="Attend"/> and <see cref="Post"/> are for any.</remarks>
internal abstract class LoopThread
{
    private readonly ConcurrentQueue<LoopConnection> _inbox = new(); // asked by other threads
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<Exception> _failed;
    private readonly Thread _thread;
    private List<LoopConnection> _asking = []; // on this thread
    private List<LoopConnection> _attended = [];
    private readonly List<ITurnEnd> _ends = [];
    private int _threadId = -1;
    private LoopConnection? _served; // the last from which something came; on this thread
    private long _othersServedAtMs;
    private int _isAwake = 1;
    private bool _isStopping;
    private int _connectionCount;

    protected LoopThread(int number, TransportOptions options, ILogger logger, Action<Exception> failed)
    {
        Options = options;
        Logger = logger;
        _failed = failed;
        Blocks = new BlockPool(options.PoisonReturnedBlocks);
        _thread = new Thread(Run) { IsBackground = true, Name = $"bitmapist-io-{number}" };
    }

    public TransportOptions Options { get; }

    public BlockPool Blocks { get; }

    /// <summary>Whether the caller is this thread.</summary>
    public bool IsCurrent => Environment.CurrentManagedThreadId == _threadId;

    /// <summary>Completes when the thread has ended, by <see cref="Stop"/> or by a failure.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Connections on this loop, those on their way to it included.</summary>
    public int ConnectionCount => Volatile.Read(ref _connectionCount);

    protected ILogger Logger { get; }

    /// <summary>What other threads wake this one by.</summary>
    protected WakeEvent Wake { get; } = new();

    protected ConnectionTable Connections { get; } = new();

    protected LoopTimers Timers { get; } = new();

    /// <summary>Starts the thread.</summary>
    /// <exception cref="IOException">It could not get what it needs of the system.</exception>
    public void Start()
    {
        _thread.UnsafeStart(); // what is ambient where the server is started is no connection's
        _started.Task.GetAwaiter().GetResult();
    }

    /// <summary>
    /// Ends the thread, and with it every connection that is left; returns when it has ended, or when a handler that
    /// should have left it keeps it busy for longer than <see cref="TransportLimits.LoopPatience"/>. Not from
    /// the thread.
    /// </summary>
    public void Stop()
    {
        Post(() => _isStopping = true);
        _thread.Join(TransportLimits.LoopPatience);
    }

    /// <summary>Has a connection's work done before the thread waits again. From any thread.</summary>
    public void Attend(LoopConnection connection)
    {
        if (IsCurrent)
        {
            _asking.Add(connection);
            return;
        }

        _inbox.Enqueue(connection);
        WakeUp();
    }

    /// <summary>A connection has received something; on this thread.</summary>
    public void Serves(LoopConnection connection)
    {
        if (_served == connection) return;
        _served = connection;
        _othersServedAtMs = Environment.TickCount64;
    }

    /// <summary>See <see cref="TransportConnection.IsServedAlone"/>.</summary>
    public bool IsServingOnly(LoopConnection connection) => IsCurrent && _served == connection
        && Environment.TickCount64 - _othersServedAtMs > TransportLimits.AloneAfterMs;

    /// <summary>Has something done when all readers of the turn have run; on this thread.</summary>
    public void AtTurnEnd(ITurnEnd work) => _ends.Add(work);

    /// <summary>Has something done on this thread. From any thread; once it has ended, nothing is.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        WakeUp();
    }

    /// <summary>Counts a connection that this loop is about to get.</summary>
    public void Reserve() => Interlocked.Increment(ref _connectionCount);

    /// <summary>Serves an accepted socket from now on.</summary>
    public abstract void Adopt(int descriptor, LoopListener listener);

    /// <summary>Accepts connections on a socket, and hands each to the listener.</summary>
    public abstract void Listen(LoopListener listener);

    /// <summary>Accepts no more.</summary>
    public abstract void StopListening(LoopListener listener);

    /// <summary>Gets what the carrier needs.</summary>
    protected abstract void Open();

    /// <summary>
    /// Gives it back, when every connection is down; waits for those that the kernel still works for.
    /// </summary>
    protected abstract void Shut();

    /// <summary>Waits for sockets, and handles what they have.</summary>
    /// <param name="timeoutMs">-1: for as long as it takes; 0: not at all.</param>
    protected abstract void Wait(int timeoutMs);

    /// <summary>Sends what the connection has flushed, if it is not being sent already.</summary>
    protected abstract void Send(LoopConnection connection);

    /// <summary>The reader has caught up: receives again.</summary>
    protected abstract void Receive(LoopConnection connection);

    /// <summary>Closes the socket, as soon as the kernel uses no buffer of the connection any more.</summary>
    protected abstract void TakeDown(LoopConnection connection);

    /// <summary>To be called when everything flushed so far is sent.</summary>
    protected void AllSent(LoopConnection connection)
    {
        if (connection.IsClosing && !connection.IsDown) BringDown(connection, null);
    }

    /// <summary>Ends a connection: its reader is told why, its writer that there is nobody to write to.</summary>
    protected void BringDown(LoopConnection connection, Exception? reason)
    {
        if (connection.IsDown) return;
        connection.IsDown = true;
        connection.Sending.Close(); // first, so that a reader that still writes sees it
        connection.EndInput(reason);
        TakeDown(connection);
    }

    /// <summary>To be called by <see cref="TakeDown"/>, then or later, when the socket is closed.</summary>
    protected void Closed(LoopConnection connection)
    {
        Connections.Remove(connection);
        Interlocked.Decrement(ref _connectionCount);
        connection.Closed();
    }

    private void Run()
    {
        _threadId = Environment.CurrentManagedThreadId;
        Blocks.Own();
        TimeSlice.MakeShort();
        Exception? failure = null;
        try
        {
            Open();
            _started.SetResult();
            while (!_isStopping) Turn();
        }
        catch (Exception unexpected)
        {
            failure = unexpected;
        }

        End();
        // A loop that ends in silence would leave a server that accepts nothing: its starter decides.
        if (failure is not null && !_started.TrySetException(failure)) _failed(failure);
        _ended.SetResult();
    }

    private void Turn()
    {
        int timeoutMs = _asking.Count == 0 && _ends.Count == 0 && MayFallAsleep() ? Timers.TimeoutMs() : 0;
        Wait(timeoutMs);
        Volatile.Write(ref _isAwake, 1);
        while (_posted.TryDequeue(out Action? action)) action();
        while (_inbox.TryDequeue(out LoopConnection? connection)) _asking.Add(connection);
        for (int i = 0; i < _ends.Count; i++) _ends[i].EndTurn(); // they may be joined by more
        _ends.Clear();
        (_asking, _attended) = (_attended, _asking);
        foreach (LoopConnection connection in _attended) Attend(connection, connection.TakeAsked());
        _attended.Clear();
        Timers.Run();
    }

    private void Attend(LoopConnection connection, LoopWork work)
    {
        if (connection.IsDown) return;
        if ((work & LoopWork.Abort) != 0)
        {
            BringDown(connection, new IOException("the connection was aborted"));
            return;
        }

        if ((work & LoopWork.Receive) != 0)
        {
            connection.Resume();
            if (!connection.IsPaused && !connection.IsInputEnded) Receive(connection);
        }

        if ((work & LoopWork.CancelRead) != 0) connection.CancelRead();
        if ((work & LoopWork.Send) != 0)
        {
            Send(connection);
            connection.Sending.WakeWhenSent(); // who began to wait, elsewhere, when all was sent already
        }

        if ((work & LoopWork.Close) == 0 || connection.IsDown) return;
        connection.IsClosing = true;
        if (!connection.Sending.HasUnsent()) BringDown(connection, null);
        else CutLater(connection);
    }

    private void CutLater(LoopConnection connection) =>
        Timers.After(Options.ClosePatience, () => BringDown(connection, null));

    /// <summary>Whether nothing waits for this thread; a thread that adds something from now on wakes it.</summary>
    private bool MayFallAsleep()
    {
        Volatile.Write(ref _isAwake, 0);
        Interlocked.MemoryBarrier(); // the flag is seen before the queues are looked at; WakeUp has the counterpart
        if (_inbox.IsEmpty && _posted.IsEmpty) return true;
        Volatile.Write(ref _isAwake, 1);
        return false;
    }

    private void WakeUp()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isAwake) == 0 && Interlocked.Exchange(ref _isAwake, 1) == 0) Wake.Signal();
    }

    private void End()
    {
        try
        {
            foreach (LoopConnection connection in Connections.All())
                BringDown(connection, new IOException("the transport has stopped"));
            Shut();
        }
        catch (Exception failure) // of what a failure has left behind
        {
            Log.LoopFailed(Logger, failure);
        }

        // What the kernel would not release: its handler is told, its buffers are not used again.
        foreach (LoopConnection connection in Connections.All()) connection.Lost();
        Wake.Dispose();
    }
}
