using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Transport.Managed;

/// <summary>Carries connections by .NET's sockets, on whatever system; the pool's threads serve them.</summary>
internal sealed class ManagedCarrier(
    TransportOptions options, Action<TransportConnection> accepted, Action<Exception> failed, ILogger logger) : Carrier
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _accepting = [];

    public override TransportKind Kind => TransportKind.Pipelines;

    public override int Loops => 0;

    public override void Listen(Socket socket) => _accepting.Add(Task.Run(() => AcceptAsync(socket)));

    public override async Task StopListeningAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_accepting).ConfigureAwait(false);
    }

    public override void Dispose() => _stop.Dispose();

    private async Task AcceptAsync(Socket listener)
    {
        var pauses = new PauseReport(logger, listener.LocalEndPoint!);
        try
        {
            while (true)
            {
                if (await TryAcceptAsync(listener, pauses).ConfigureAwait(false) is { } socket) Serve(socket);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
        catch (Exception failure)
        {
            failed(failure);
        }
    }

    private async Task<Socket?> TryAcceptAsync(Socket listener, PauseReport pauses)
    {
        string? trouble = null;
        if (options.AcceptError?.Invoke() is > 0 and var error)
        {
            if (Linux.Errno.IsOneConnections(error)) return null;
            trouble = $"error {error}";
        }

        try
        {
            if (trouble is null) return await listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (SocketException failure)
        {
            if (failure.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset) return null;
            trouble = failure.Message;
        }

        pauses.Note(trouble!);
        await Task.Delay(Limits.AcceptPause, _stop.Token).ConfigureAwait(false);
        return null;
    }

    private void Serve(Socket socket)
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
        catch (SocketException failure) // it has gone already
        {
            Log.ConnectionRefused(logger, failure.Message);
            socket.Dispose();
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
        if (options.KeepAliveSeconds <= 0) return;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, options.KeepAliveSeconds);
    }
}
