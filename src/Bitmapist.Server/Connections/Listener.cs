using System.Net;
using System.Net.Sockets;
using Bitmapist.Server.Commands;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;
using Bitmapist.Transport;
using Bitmapist.Transport.Contract;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Server.Connections;

/// <summary>
/// Listens on the configured addresses and has every connection served that has a place; one too many is told so and
/// closed before the next is accepted, so that refusing takes no more descriptors than there are addresses.
/// </summary>
internal sealed class Listener : IAsyncDisposable
{
    private static readonly byte[] s_refusal = [.. "-"u8, .. Errors.MaxClients, .. "\r\n"u8];

    private readonly TransportServer _transport;
    private readonly ConnectionServer _connections;
    private readonly ServerState _server;
    private readonly Lock _gate = new();
    private AddedPoints? _tlsPort; // what tls-port listens on

    private Listener(ServerState server, TransportServer transport, ConnectionServer connections)
    {
        _server = server;
        _transport = transport;
        _connections = connections;
    }

    /// <summary>What carries the connections.</summary>
    public TransportKind Kind => _transport.Kind;

    /// <summary>Threads that serve connections; 0: the pool's do.</summary>
    public int Threads => _transport.Loops;

    /// <summary>Completes, with the reason, when the transport has failed: the server is to be stopped.</summary>
    public Task<Exception> Failure => _transport.Failure;

    /// <summary>Listens on every address of the server's options; accepts only when told to.</summary>
    /// <param name="server">What clients are served.</param>
    /// <param name="logger">Where the log goes.</param>
    /// <param name="adapt">For tests: changes how connections are carried.</param>
    /// <exception cref="IOException">An address cannot be listened on; none is, then.</exception>
    public static Listener Bind(
        ServerState server, ILogger logger, Func<TransportOptions, TransportOptions>? adapt = null)
    {
        var connections = new ConnectionServer(server, logger);
        var options = new TransportOptions
        {
            Kind = server.Options.IoTransport,
            Loops = server.Options.IoThreads,
            KeepAliveSeconds = server.ClientLimits.KeepAliveSeconds,
            InputPauseBytes = ServerLimits.TransportBufferBytes,
            OutputPauseBytes = ServerLimits.TransportBufferBytes,
            Admit = () => server.Clients.TryTakePlace(server.ClientsMax),
            Withdraw = server.Clients.GivePlaceBack,
            Refusal = s_refusal,
        };
        List<ListenPoint> points =
            [.. server.Addresses.Where(address => !address.IsOfTlsPort).SelectMany(PointsOf)];
        if (server.Options.UnixSocket is { } path)
        {
            points.Add(new ListenPoint(new UnixDomainSocketEndPoint(path), UnixMode: server.Options.UnixSocketMode)
            {
                Descriptor = server.Options.UnixSocketDescriptor,
            });
        }

        if (adapt is not null) options = adapt(options);
        var transport = TransportServer.Bind(points, options, connections.ServeAsync, logger);
        server.ClientLimits.KeepAliveChanged = transport.SetKeepAlive;
        var listener = new Listener(server, transport, connections);
        List<ListenPoint> ofTlsPort = [.. server.Addresses.Where(address => address.IsOfTlsPort).SelectMany(PointsOf)];
        try
        {
            if (ofTlsPort.Count > 0) listener._tlsPort = transport.Bind(ofTlsPort);
        }
        catch
        {
            _ = transport.DisposeAsync().AsTask();
            throw;
        }

        server.PrepareTlsPort = listener.PrepareTlsPort;
        return listener;
    }

    /// <summary>Completes when every thread that serves connections has turned once more.</summary>
    public Task TurnAsync() => _transport.TurnAsync();

    /// <summary>Begins to accept.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _transport.Start();
            _tlsPort?.Start();
        }
    }

    /// <summary>See <see cref="ServerState.PrepareTlsPort"/>.</summary>
    private Action PrepareTlsPort(int port)
    {
        ListenAddress[] others = [.. _server.Addresses.Where(address => !address.IsOfTlsPort)];
        ListenAddress[] next = [.. ListenAddress.OfTlsPort(others, port)];
        if (next.SequenceEqual(_server.Addresses.Where(address => address.IsOfTlsPort)))
            return () => { };
        AddedPoints? added = next.Length == 0 ? null : _transport.Bind([.. next.SelectMany(PointsOf)]);
        return () =>
        {
            lock (_gate)
            {
                _server.FormerTlsAddresses =
                    [.. _server.FormerTlsAddresses.Union(_server.Addresses.Where(address => address.IsOfTlsPort))];
                _server.Addresses = [.. others, .. next]; // first, so that who connects is known to speak TLS
                added?.Start();
                _tlsPort?.Dispose();
                _tlsPort = added;
            }
        };
    }

    /// <summary>
    /// Accepts no more, and completes when all connections are closed, cutting them off after
    /// <paramref name="timeout"/>.
    /// </summary>
    public Task StopAsync(TimeSpan timeout)
    {
        _connections.EndHandshakes();
        return _transport.StopAsync(timeout);
    }

    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    /// <summary>Both loopback addresses, or the one that the machine has; else the address itself.</summary>
    private static ListenPoint[] PointsOf(ListenAddress address) => address.Ip is { } ip
        ? [new ListenPoint(new IPEndPoint(ip, address.Port), Descriptor: address.Descriptor)]
        :
        [
            new ListenPoint(new IPEndPoint(IPAddress.Loopback, address.Port), MayBeMissing: true),
            new ListenPoint(new IPEndPoint(IPAddress.IPv6Loopback, address.Port), MayBeMissing: true),
        ];
}
