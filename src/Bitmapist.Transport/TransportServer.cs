using System.Net;
using System.Net.Sockets;
using Bitmapist.Transport.Contract;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Transport;

/// <summary>
/// Listens, and has each accepted connection served, until it is stopped. The handler is called on the thread that
/// serves the connection, and again on it whenever bytes come: it must not block. When its task ends the connection is
/// closed, after everything flushed is sent.
/// </summary>
public sealed class TransportServer : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<TransportConnection> _connections = [];
    private readonly Func<TransportConnection, Task> _serve;
    private readonly ILogger _logger;
    private readonly TransportOptions _options;
    private readonly List<Socket> _sockets = [];
    private readonly HashSet<nint> _passed = [];
    private readonly TaskCompletionSource<Exception> _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Carrier? _carrier;
    private bool _isStopping;

    private TransportServer(TransportOptions options, Func<TransportConnection, Task> serve, ILogger logger)
    {
        _options = options;
        _serve = serve;
        _logger = logger;
    }

    /// <summary>The carrier that runs; never <see cref="TransportKind.Auto"/>.</summary>
    public TransportKind Kind => _carrier!.Kind;

    /// <summary>Threads that serve connections; 0: the pool's do.</summary>
    public int Loops => _carrier!.Loops;

    /// <summary>Where it listens, with the ports that the system chose.</summary>
    public IReadOnlyList<EndPoint> EndPoints { get; private set; } = [];

    /// <summary>Completes, with the reason, when a thread has failed: the server is to be stopped.</summary>
    public Task<Exception> Failure => _failure.Task;

    /// <summary>Connections that are open.</summary>
    public int ConnectionCount
    {
        get
        {
            lock (_gate) return _connections.Count;
        }
    }

    /// <summary>Listens; connections wait until <see cref="Start"/>.</summary>
    /// <exception cref="IOException">An address cannot be listened on, or the system lacks something.</exception>
    public static TransportServer Bind(
        IReadOnlyList<ListenPoint> points, TransportOptions options, Func<TransportConnection, Task> serve,
        ILogger logger)
    {
        var server = new TransportServer(options, serve, logger);
        try
        {
            server._sockets.AddRange(ListenSockets.Bind(points, options, logger));
            foreach (ListenPoint point in points)
                if (point.Descriptor is { } passed) server._passed.Add(passed);
            server.EndPoints = [.. server._sockets.Select(socket => socket.LocalEndPoint!)];
            server._carrier = Carriers.Create(options, server.Accept, server.Fail, logger);
            Log.Started(
                logger, server.Kind.Name(),
                server.Loops switch { 0 => "the pool's threads", 1 => "one thread", var loops => $"{loops} threads" });
            return server;
        }
        catch
        {
            server.CloseSockets();
            server._carrier?.Dispose();
            throw;
        }
    }

    /// <summary>Has connections that come from now on probe an idle peer after so many seconds; 0: never.</summary>
    public void SetKeepAlive(int seconds)
    {
        _options.KeepAliveSeconds = seconds;
        Socket[] sockets;
        lock (_gate) sockets = [.. _sockets];
        foreach (Socket socket in sockets)
        {
            try
            {
                if (socket.AddressFamily != AddressFamily.Unix) ListenSockets.SetKeepAlive(socket, seconds);
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                // The server is being stopped.
            }
        }
    }

    /// <summary>
    /// Completes when every thread that serves connections has done something more: never, if one hangs or has failed.
    /// </summary>
    public Task TurnAsync() => _carrier!.TurnAsync();

    /// <summary>Accepts connections from now on.</summary>
    public void Start()
    {
        foreach (Socket socket in _sockets) _carrier!.Listen(socket);
    }

    /// <summary>Listens on more points, while the server runs; connections wait until they are accepted.</summary>
    /// <exception cref="IOException">One cannot be listened on; none is, then.</exception>
    public AddedPoints Bind(IReadOnlyList<ListenPoint> points) =>
        new(this, ListenSockets.Bind(points, _options, _logger));

    /// <summary>Accepts connections on added points; false: the server is being stopped.</summary>
    internal bool TryAccept(IReadOnlyList<Socket> sockets)
    {
        lock (_gate)
        {
            if (_isStopping) return false;
            foreach (Socket socket in sockets)
            {
                _sockets.Add(socket);
                _carrier!.Listen(socket);
            }
        }

        return true;
    }

    /// <summary>Accepts no more on added points, and closes them; connections that are open stay.</summary>
    internal async Task CloseAsync(IReadOnlyList<Socket> sockets)
    {
        foreach (Socket socket in sockets)
        {
            lock (_gate)
            {
                if (_isStopping) return; // all are closed, then
                _sockets.Remove(socket);
            }

            await _carrier!.StopListeningAsync(socket).ConfigureAwait(false);
            socket.Dispose();
        }
    }

    /// <summary>
    /// Accepts no more, waits for handlers to end, and cuts those off that take longer. Handlers are not told: have
    /// them end first. A second caller waits for the first stop.
    /// </summary>
    public async Task StopAsync(TimeSpan patience)
    {
        bool isFirst;
        lock (_gate)
        {
            isFirst = !_isStopping;
            _isStopping = true;
        }

        if (!isFirst)
        {
            await _stopped.Task.ConfigureAwait(false);
            return;
        }

        try
        {
            await StopListeningAsync().ConfigureAwait(false);
            await EndConnectionsAsync(patience).ConfigureAwait(false);
            await Task.Run(_carrier!.Dispose).ConfigureAwait(false);
        }
        finally
        {
            _stopped.SetResult();
        }
    }

    /// <summary>Stops without patience.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.Zero).ConfigureAwait(false);

    /// <summary>For tests: makes a thread that serves connections fail.</summary>
    internal void FailLoop() =>
        ((Loops.LoopCarrier)_carrier!).Post(() => throw new InvalidOperationException("a loop was made to fail"));

    private void Accept(TransportConnection connection)
    {
        bool isStopping;
        lock (_gate)
        {
            isStopping = _isStopping;
            _connections.Add(connection);
        }

        if (isStopping) connection.Abort(); // and it is served all the same: it was admitted
        _ = ServeAsync(connection);
    }

    private async Task StopListeningAsync()
    {
        Task closed = CloseAfterAsync(_carrier!.StopListeningAsync());
        await Task.WhenAny(closed, Task.Delay(TransportLimits.LoopPatience)).ConfigureAwait(false);
        if (closed.IsCompleted) return;
        // A handler keeps the thread busy that accepts. Nobody can connect any more; closing is left to that thread.
        foreach (Socket socket in _sockets.ToArray())
        {
            if (_passed.Contains(socket.Handle)) continue; // whoever passed it still listens, for the next start
            try
            {
                socket.Shutdown(SocketShutdown.Both);
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                // It is being closed, after all.
            }
        }
    }

    private async Task CloseAfterAsync(Task stopped)
    {
        await stopped.ConfigureAwait(false);
        CloseSockets();
    }

    private async Task EndConnectionsAsync(TimeSpan patience)
    {
        TransportConnection[] left;
        lock (_gate)
        {
            if (_connections.Count == 0) _idle.TrySetResult();
        }

        await Task.WhenAny(_idle.Task, Task.Delay(patience)).ConfigureAwait(false);
        lock (_gate) left = [.. _connections];
        foreach (TransportConnection connection in left) connection.Abort();
        // That ends their handlers' reads and flushes; one that computes yet is waited for only so long.
        TimeSpan abortPatience = patience > TransportLimits.AbortPatience ? patience : TransportLimits.AbortPatience;
        await Task.WhenAny(_idle.Task, Task.Delay(abortPatience)).ConfigureAwait(false);
    }

    private async Task ServeAsync(TransportConnection connection)
    {
        try
        {
            await _serve(connection).ConfigureAwait(false);
        }
        catch (Exception bug)
        {
            Log.HandlerFailed(_logger, bug);
            connection.Abort();
        }

        await connection.DisposeAsync().ConfigureAwait(false);
        lock (_gate)
        {
            _connections.Remove(connection);
            if (_isStopping && _connections.Count == 0) _idle.TrySetResult();
        }
    }

    private void Fail(Exception failure)
    {
        Log.LoopFailed(_logger, failure);
        _failure.TrySetResult(failure);
    }

    private void CloseSockets()
    {
        foreach (Socket socket in _sockets) socket.Dispose();
        _sockets.Clear();
    }
}

/// <summary>Points that a running server listens on. One thread at a time.</summary>
public sealed class AddedPoints : IDisposable
{
    private readonly TransportServer _server;
    private readonly IReadOnlyList<Socket> _sockets;
    private bool _isAccepting;

    internal AddedPoints(TransportServer server, IReadOnlyList<Socket> sockets)
    {
        _server = server;
        _sockets = sockets;
    }

    /// <summary>Accepts connections from now on.</summary>
    public void Start()
    {
        _isAccepting = _server.TryAccept(_sockets);
        if (!_isAccepting) Dispose();
    }

    /// <summary>Closes them, soon; connections that are open stay.</summary>
    public void Dispose()
    {
        if (_isAccepting) _ = _server.CloseAsync(_sockets);
        else foreach (Socket socket in _sockets) socket.Dispose();
        _isAccepting = false;
    }
}
