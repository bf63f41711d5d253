using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>
/// Is between client and server and passes bytes on: over TLS or a unix socket where the server has neither, and
/// cutting connections where a test wants them cut.
/// </summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly int _serverPort;
    private readonly List<Task> _sessions = [];
    private readonly List<Socket> _sockets = [];
    private readonly Task _accepting;

    private Relay(Socket listener, EndPoint address, int serverPort, X509Certificate2? certificate)
    {
        _listener = listener;
        _serverPort = serverPort;
        Certificate = certificate;
        _listener.Bind(address);
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public int Connections { get; private set; }

    /// <summary>
    /// Bytes of requests, and of replies, that connection number n (from 1) may carry before it is cut; none: no end.
    /// </summary>
    public Func<int, (long Requests, long Replies)> CutAfter { get; set; } = _ => (long.MaxValue, long.MaxValue);

    private X509Certificate2? Certificate { get; }

    public static Relay Tcp(int serverPort, X509Certificate2? certificate = null) => new(
        new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp),
        new IPEndPoint(IPAddress.Loopback, 0), serverPort, certificate);

    public static Relay Unix(string path, int serverPort) => new(
        new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
        new UnixDomainSocketEndPoint(path), serverPort, certificate: null);

    /// <summary>Cuts all present connections.</summary>
    public void CutAll()
    {
        lock (_sockets)
        {
            foreach (Socket socket in _sockets) socket.Close(timeout: 0);
            _sockets.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        CutAll();
        await Task.WhenAll(_sessions);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptAsync();
                int number = ++Connections;
                _sessions.Add(Task.Run(() => RunAsync(client, number)));
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task RunAsync(Socket client, int number)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            server.NoDelay = true;
            await server.ConnectAsync(IPAddress.Loopback, _serverPort);
            lock (_sockets) _sockets.AddRange([client, server]);
            Stream inner = new NetworkStream(client);
            if (Certificate is not null)
            {
                var tls = new SslStream(inner);
                await tls.AuthenticateAsServerAsync(Certificate);
                inner = tls;
            }

            (long requests, long replies) = CutAfter(number);
            var outer = new NetworkStream(server);
            await Task.WhenAny(PassAsync(inner, outer, requests), PassAsync(outer, inner, replies));
        }
        catch (Exception failure) when (
            failure is SocketException or IOException or System.Security.Authentication.AuthenticationException)
        {
            // One of the two went away: the other is closed as well.
        }
        finally
        {
            client.Close(timeout: 0);
            server.Close(timeout: 0);
        }
    }

    private static async Task PassAsync(Stream from, Stream to, long bytesMax)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            int read;
            while (bytesMax > 0 && (read = await from.ReadAsync(buffer)) > 0)
            {
                int passed = (int)Math.Min(read, bytesMax);
                await to.WriteAsync(buffer.AsMemory(0, passed));
                bytesMax -= passed;
            }
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            // Cut by the other direction, or by the client or the server.
        }
    }
}
