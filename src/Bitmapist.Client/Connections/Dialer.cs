using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Client.Connections;

/// <summary>Makes connections that are ready for requests: socket, TLS, handshake. Safe for concurrent use.</summary>
/// <param name="options">Where to, and as whom.</param>
/// <param name="logger">Told what does not stop a connection.</param>
/// <param name="clock">Measures patience.</param>
/// <param name="openSocket">Makes an unconnected socket; null for what the options ask for.</param>
internal sealed class Dialer(
    BitmapistOptions options, ILogger logger, TimeProvider clock, Func<Socket>? openSocket = null)
{
    /// <summary>Connects, once.</summary>
    /// <exception cref="ConnectionLostException">Nobody listens there, the name is unknown, the certificate is not
    /// trusted.</exception>
    /// <exception cref="BitmapistTimeoutException">It took longer than
    /// <see cref="BitmapistOptions.ConnectTimeoutMs"/>.</exception>
    /// <exception cref="ServerErrorException">The server refused this client.</exception>
    /// <exception cref="ProtocolViolationException">What answers is no Redis server.</exception>
    public async Task<Dialed> ConnectAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(options.ConnectTimeoutMs), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        Socket? socket = null;
        bool isReady = false;
        try
        {
            socket = openSocket is null ? NewSocket() : openSocket(); // fails where file descriptors have run out
            await socket.ConnectAsync(EndPointOf(options), either.Token).ConfigureAwait(false);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (options.UseTls) stream = await EncryptAsync(stream, either.Token).ConfigureAwait(false);
            await Handshake.RunAsync(stream, options, logger, either.Token).ConfigureAwait(false);
            isReady = true;
            return new Dialed(socket, stream);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BitmapistTimeoutException(
                $"{options.Address} did not complete a connection within {options.ConnectTimeoutMs:N0} ms. Is the "
                + "address right, does a firewall swallow packets, is the server overloaded?");
        }
        catch (Exception failure) when (failure is not BitmapistException and not OperationCanceledException)
        {
            // Whatever it is (a caller's certificate check may throw anything): there is no connection.
            cancellationToken.ThrowIfCancellationRequested();
            string stage = failure is AuthenticationException ? "TLS failed" : "no connection";
            throw new ConnectionLostException(
                $"{options.Address}: {stage}: {failure.GetBaseException().Message}", failure);
        }
        finally
        {
            if (!isReady) socket?.Dispose();
        }
    }

    private static EndPoint EndPointOf(BitmapistOptions options)
    {
        if (options.UnixSocketPath is { } path) return new UnixDomainSocketEndPoint(path);
        return IPAddress.TryParse(options.Host, out IPAddress? ip)
            ? new IPEndPoint(ip, options.Port)
            : new DnsEndPoint(options.Host, options.Port);
    }

    private Socket NewSocket()
    {
        if (options.UnixSocketPath is not null)
            return new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true, // what is written is what shall be sent: gathering happens before
        };
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Limits.KeepAliveSeconds);
        socket.SetSocketOption(
            SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Limits.KeepAliveIntervalSeconds);
        socket.SetSocketOption(
            SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Limits.KeepAliveProbes);
        return socket;
    }

    private async Task<Stream> EncryptAsync(Stream stream, CancellationToken cancellationToken)
    {
        var tls = new SslStream(stream);
        var parameters = new SslClientAuthenticationOptions { TargetHost = options.Host };
        options.ConfigureTls?.Invoke(parameters);
        await tls.AuthenticateAsClientAsync(parameters, cancellationToken).ConfigureAwait(false);
        return tls;
    }
}
