using System.Net;
using System.Net.Sockets;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.Tests.Hosting;

/// <summary>A transport server on a free loopback port, with a handler under test.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    /// <summary>Longer than anything here takes on a busy machine; what takes this long has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private TestServer(TransportServer transport, RecordingLogger logger)
    {
        Transport = transport;
        Logger = logger;
    }

    public TransportServer Transport { get; }

    public RecordingLogger Logger { get; }

    public EndPoint EndPoint => Transport.EndPoints[0];

    public static TestServer Start(TransportOptions options, Func<TransportConnection, Task> serve) =>
        Start(options, [new ListenPoint(new IPEndPoint(IPAddress.Loopback, 0))], serve);

    public static TestServer Start(
        TransportOptions options, IReadOnlyList<ListenPoint> points, Func<TransportConnection, Task> serve)
    {
        var logger = new RecordingLogger();
        TransportServer transport = TransportServer.Bind(points, options, serve, logger);
        transport.Start();
        return new TestServer(transport, logger);
    }

    /// <summary>A new connection; its blocking calls give up after <see cref="Patience"/>.</summary>
    /// <param name="receiveBufferBytes">A small one makes a slow reader slow at once; 0: the system's choice.</param>
    public Socket Connect(int receiveBufferBytes = 0) => Connect(EndPoint, receiveBufferBytes);

    public static Socket Connect(EndPoint endPoint, int receiveBufferBytes = 0)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified)
        {
            SendTimeout = (int)Patience.TotalMilliseconds, ReceiveTimeout = (int)Patience.TotalMilliseconds,
        };
        if (receiveBufferBytes > 0) socket.ReceiveBufferSize = receiveBufferBytes;
        socket.Connect(endPoint);
        return socket;
    }

    public Task NoConnectionsAsync() =>
        Eventually.IsAsync(() => Transport.ConnectionCount == 0, "all connections closed");

    public ValueTask DisposeAsync() => Transport.DisposeAsync();
}
