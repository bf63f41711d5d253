using System.Net;
using System.Net.Sockets;
using Bitmapist.Server.Commands;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bitmapist.Server.Connections;

/// <summary>How a listening socket takes the next connection.</summary>
internal delegate ValueTask<Socket> AcceptSocket(Socket listening, CancellationToken cancellation);

/// <summary>
/// Listens on the configured addresses and hands every connection that has a place to its server; one too many is told
/// so and closed before the next is accepted, so that refusing takes no more descriptors than there are addresses.
/// </summary>
internal sealed class Listener : IAsyncDisposable
{
    private const int Backlog = 511; // as Redis
    private static readonly byte[] s_refusal = [.. "-"u8, .. Errors.MaxClients, .. "\r\n"u8];

    private readonly ServerState _server;
    private readonly ILogger _logger;
    private readonly AcceptSocket _accept;
    private readonly ConnectionServer _connections;
    private readonly SocketConnectionContextFactory _transports;
    private readonly List<Socket> _sockets = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly OncePerInterval _failureLine;
    private Task _accepting = Task.CompletedTask;

    private Listener(ServerState server, ILogger logger, AcceptSocket accept)
    {
        _server = server;
        _logger = logger;
        _accept = accept;
        _connections = new ConnectionServer(server, logger);
        _failureLine = new OncePerInterval(Limits.RepeatedLogInterval, server.Time);
        var options = new SocketConnectionFactoryOptions
        {
            // Requests take microseconds: a hop to the pool would cost more than serving them where they arrive.
            UnsafePreferInlineScheduling = true,
            // A connection's 4 KiB are worth a system call per request.
            WaitForDataBeforeAllocatingBuffer = false,
            MaxWriteBufferSize = Limits.TransportBufferBytes,
        };
        _transports = new SocketConnectionContextFactory(options, NullLogger.Instance);
    }

    /// <summary>Listens on every address of the server's options; accepts only when told to.</summary>
    /// <exception cref="IOException">An address cannot be listened on; none is, then.</exception>
    public static Listener Bind(ServerState server, ILogger logger, AcceptSocket? accept = null)
    {
        var listener = new Listener(
            server, logger, accept ?? (static (listening, cancellation) => listening.AcceptAsync(cancellation)));
        try
        {
            foreach (ListenAddress address in server.Options.Addresses) listener.Bind(address);
            return listener;
        }
        catch (Exception failure)
        {
            listener.Close();
            if (failure is not (SocketException or UnauthorizedAccessException)) throw;
            string addresses = string.Join(", ", server.Options.Addresses);
            throw new IOException($"cannot listen on {addresses}: {failure.Message}", failure);
        }
    }

    /// <summary>Begins to accept.</summary>
    public void Start() => _accepting = Task.WhenAll(_sockets.Select(socket => Task.Run(() => AcceptAllAsync(socket))));

    /// <summary>
    /// Accepts no more, and completes when all connections are closed, cutting them off after
    /// <paramref name="patience"/>.
    /// </summary>
    public async Task StopAsync(TimeSpan patience)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        Close();
        await _connections.StopAsync(patience).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero).ConfigureAwait(false);
        _transports.Dispose();
        _stopping.Dispose();
    }

    private void Bind(ListenAddress address)
    {
        if (address.Ip is null)
        {
            BindLoopback(address.Port);
        }
        else if (address.Ip.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6)
        {
            Bind(new IPEndPoint(IPAddress.Any, address.Port));
        }
        else
        {
            Bind(new IPEndPoint(address.Ip, address.Port));
        }
    }

    /// <summary>Both loopback addresses, or the one that the machine has.</summary>
    private void BindLoopback(int port)
    {
        SocketException? missing = null;
        foreach (IPAddress loopback in (IPAddress[])[IPAddress.Loopback, IPAddress.IPv6Loopback])
        {
            try
            {
                Bind(new IPEndPoint(loopback, port));
            }
            catch (SocketException failure) when (missing is null
                && failure.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
            {
                missing = failure;
            }
        }
    }

    private void Bind(IPEndPoint endPoint)
    {
        Socket socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        _sockets.Add(socket);
        // Accepted sockets inherit these: a connection notices when its peer has vanished, and replies do not wait.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Limits.KeepAliveSeconds);
        socket.Listen(Backlog);
    }

    private void Close()
    {
        foreach (Socket socket in _sockets) socket.Dispose();
        _sockets.Clear();
    }

    /// <summary>
    /// Accepts until stopped, whatever happens: what cannot be accepted just now, say because the system is out of
    /// descriptors, waits in the backlog for the next attempt, a moment later.
    /// </summary>
    private async Task AcceptAllAsync(Socket listening)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Socket accepted = await _accept(listening, _stopping.Token).ConfigureAwait(false);
                Admit(accepted);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                if (failure is SocketException { SocketErrorCode: SocketError.ConnectionAborted }) continue; // the peer
                if (_failureLine.IsDue()) Log.AcceptFailed(_logger, failure.Message);
                await Task.Delay(Limits.AcceptRetry, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private void Admit(Socket accepted)
    {
        if (!_server.Clients.TryTakePlace(_server.ClientsMax))
        {
            Refuse(accepted);
            return;
        }

        ConnectionContext connection;
        try
        {
            accepted.NoDelay = true;
            connection = _transports.Create(accepted);
        }
        catch
        {
            accepted.Dispose();
            _server.Clients.GivePlaceBack();
            throw;
        }

        _connections.Begin(connection);
    }

    /// <summary>
    /// Tells a client that there are too many. As in Redis nothing is waited for: a new socket has room for a line, and
    /// what the client may have sent already is taken from it so that closing does not discard the line.
    /// </summary>
    private static void Refuse(Socket accepted)
    {
        using (accepted)
        {
            try
            {
                accepted.Blocking = false;
                accepted.Send(s_refusal);
                Span<byte> unread = stackalloc byte[1024];
                if (accepted.Available > 0) accepted.Receive(unread);
                accepted.Shutdown(SocketShutdown.Both);
            }
            catch (SocketException)
            {
                // It has gone already.
            }
        }
    }
}
