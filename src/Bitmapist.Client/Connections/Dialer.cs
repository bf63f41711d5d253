using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Client.Connections;

/// <summary>
/// Makes connections that are ready for requests: socket, TLS, handshake. Blocks the thread it is called on, and uses
/// no other but the resolver's: a connection must come about while the thread pool is blocked by those who wait for it.
/// </summary>
/// <param name="options">Where to, and as whom.</param>
/// <param name="logger">Told what does not stop a connection.</param>
/// <param name="openSocket">Makes an unconnected socket; null for what the options ask for.</param>
internal sealed class Dialer(BitmapistOptions options, ILogger logger, Func<Socket>? openSocket = null)
{
    /// <summary>Connects, once.</summary>
    /// <param name="attempt">By which another thread can end the call.</param>
    /// <exception cref="ConnectionLostException">Nobody listens there, the name is unknown, the certificate is not
    /// trusted.</exception>
    /// <exception cref="BitmapistTimeoutException">It took longer than
    /// <see cref="BitmapistOptions.ConnectTimeoutMs"/>.</exception>
    /// <exception cref="ServerErrorException">The server refused this client.</exception>
    /// <exception cref="ProtocolViolationException">What answers is no Redis server.</exception>
    /// <exception cref="OperationCanceledException">The attempt was stopped.</exception>
    public Dialed Connect(Attempt attempt)
    {
        Socket? socket = null;
        bool isReady = false;
        try
        {
            socket = Open(attempt);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (options.UseTls) stream = Encrypt(stream);
            Handshake.Run(stream, options, logger);
            isReady = attempt.TrySucceed();
            return isReady ? new Dialed(socket, stream) : throw new SocketException((int)SocketError.OperationAborted);
        }
        catch (Exception failure)
        {
            // An attempt given up fails in whatever way a closed socket makes it.
            if (attempt.IsStopped) throw new OperationCanceledException("The attempt to connect was stopped.", failure);
            if (attempt.IsTimedOut) throw TimedOut(failure);
            if (failure is BitmapistException) throw;
            // Whatever it is (a caller's certificate check may throw anything): there is no connection.
            string stage = failure is AuthenticationException ? "TLS failed" : "no connection";
            throw new ConnectionLostException(
                $"{options.Address}: {stage}: {failure.GetBaseException().Message}", failure);
        }
        finally
        {
            if (!isReady) socket?.Dispose();
        }
    }

    private BitmapistTimeoutException TimedOut(Exception failure) => new(string.Create(CultureInfo.InvariantCulture,
        $"{options.Address} did not complete a connection within {options.ConnectTimeoutMs:N0} ms. Is the address "
        + $"right, does a firewall swallow packets, is the server overloaded?"), failure);

    /// <summary>A connected socket, to the first of the host's addresses that takes it, in its share of time.</summary>
    private Socket Open(Attempt attempt)
    {
        EndPoint[] places = Places(attempt);
        for (int i = 0; ; i++)
        {
            Socket? socket = null;
            try
            {
                socket = openSocket is null ? NewSocket(places[i]) : openSocket(); // fails without file descriptors
                attempt.Use(socket, places.Length - i);
                socket.Connect(places[i]);
                return attempt.TryKeep() ? socket : throw new SocketException((int)SocketError.TimedOut);
            }
            catch (Exception failure) when (IsOfAddress(failure) && i + 1 < places.Length)
            {
                socket?.Dispose();
            }
            catch
            {
                socket?.Dispose();
                throw;
            }
        }
    }

    /// <summary>Perhaps another address answers. A socket closed in the middle says so in several ways.</summary>
    private static bool IsOfAddress(Exception failure) => failure is SocketException or ObjectDisposedException;

    private EndPoint[] Places(Attempt attempt)
    {
        if (options.UnixSocketPath is { } path) return [new UnixDomainSocketEndPoint(path)];
        if (IPAddress.TryParse(options.Host, out IPAddress? ip)) return [new IPEndPoint(ip, options.Port)];
        EndPoint[] places =
            Array.ConvertAll(attempt.Resolve(options.Host), address => new IPEndPoint(address, options.Port));
        return places.Length > 0 ? places : throw new SocketException((int)SocketError.HostNotFound);
    }

    private static Socket NewSocket(EndPoint place)
    {
        if (place is UnixDomainSocketEndPoint)
            return new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true, // what is written is what shall be sent: gathering happens before
        };
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, ClientLimits.KeepAliveSeconds);
        socket.SetSocketOption(
            SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, ClientLimits.KeepAliveIntervalSeconds);
        socket.SetSocketOption(
            SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, ClientLimits.KeepAliveProbes);
        return socket;
    }

    private SslStream Encrypt(Stream stream)
    {
        var tls = new SslStream(stream);
        var parameters = new SslClientAuthenticationOptions { TargetHost = options.Host };
        options.ConfigureTls?.Invoke(parameters);
        tls.AuthenticateAsClient(parameters);
        return tls;
    }
}

/// <summary>A connection that has been made and is ready for requests.</summary>
/// <param name="Socket">The socket, to be closed in the end; that ends the stream's reads and writes too.</param>
/// <param name="Stream">What to read and write: the socket's bytes, or TLS over them.</param>
internal readonly record struct Dialed(Socket Socket, Stream Stream);
