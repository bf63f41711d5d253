using System.Collections.Concurrent;
using System.Net.Sockets;
using Bitmapist.Transport.Contract;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Transport.Managed;

/// <summary>Carries connections by .NET's sockets, on whatever system; the pool's threads serve them.</summary>
internal sealed class ManagedCarrier(
    TransportOptions options, Action<TransportConnection> accepted, ILogger logger) : Carrier
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Socket, (Task Accepting, CancellationTokenSource Stop)> _listeners = [];

    public override TransportKind Kind => TransportKind.Pipelines;

    public override int Loops => 0;

    public override void Listen(Socket socket)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        _listeners[socket] = (Task.Run(() => AcceptAsync(socket, stop.Token)), stop);
    }

    public override Task TurnAsync() => Task.Run(() => { }); // the pool's turn

    public override async Task StopListeningAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_listeners.Values.Select(listener => listener.Accepting)).ConfigureAwait(false);
    }

    public override async Task StopListeningAsync(Socket socket)
    {
        if (!_listeners.TryRemove(socket, out (Task Accepting, CancellationTokenSource Stop) listener)) return;
        using CancellationTokenSource stop = listener.Stop;
        await stop.CancelAsync().ConfigureAwait(false);
        await listener.Accepting.ConfigureAwait(false);
    }

    public override void Dispose() => _stop.Dispose();

    /// <summary>
    /// Accepts until stopped, whatever happens: what cannot be accepted just now waits in the system's backlog.
    /// </summary>
    private async Task AcceptAsync(Socket listener, CancellationToken stop)
    {
        var report = new ListenReport(logger, listener.LocalEndPoint!);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await AcceptOneAsync(listener, report, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                report.Paused(failure.Message);
                await Task.Delay(TransportLimits.AcceptPause, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task AcceptOneAsync(Socket listener, ListenReport report, CancellationToken stop)
    {
        if (options.AcceptError?.Invoke() is > 0 and var error)
        {
            if (!Linux.Errno.IsOneConnections(error)) throw new IOException($"error {error}");
            return;
        }

        Socket socket;
        try
        {
            socket = await listener.AcceptAsync(stop).ConfigureAwait(false);
        }
        catch (SocketException failure) when (failure.SocketErrorCode
            is SocketError.ConnectionAborted or SocketError.ConnectionReset)
        {
            return; // the peer has thought better of it
        }

        Serve(socket, report);
    }

    private void Serve(Socket socket, ListenReport report)
    {
        if (options.Admit is { } admit && !admit())
        {
            Refuse(socket);
            return;
        }

        ManagedConnection connection;
        try
        {
            if (socket.AddressFamily != AddressFamily.Unix) SetOptions(socket);
            connection = new ManagedConnection(socket, options);
        }
        catch (Exception failure)
        {
            socket.Dispose();
            options.Withdraw?.Invoke();
            if (failure is not SocketException) throw;
            report.Lost(failure.Message); // it has gone already
            return;
        }

        // Its first bytes may be there already, and what they ask for take long: others wait to be accepted.
        ThreadPool.UnsafeQueueUserWorkItem(accepted, connection, preferLocal: false);
    }

    /// <summary>As <see cref="Loops.LoopListener"/> does it.</summary>
    private void Refuse(Socket socket)
    {
        using (socket)
        {
            try
            {
                socket.Blocking = false;
                socket.Send(options.Refusal.Span);
                Span<byte> unread = stackalloc byte[1024];
                if (socket.Available > 0) socket.Receive(unread);
                socket.Shutdown(SocketShutdown.Both);
            }
            catch (SocketException)
            {
                // It has gone already.
            }
        }
    }

    /// <summary>Only Linux hands a listening socket's options down.</summary>
    private void SetOptions(Socket socket)
    {
        socket.NoDelay = true;
        if (options.KeepAliveSeconds > 0) ListenSockets.SetKeepAlive(socket, options.KeepAliveSeconds);
    }
}
