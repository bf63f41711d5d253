using System.Net.Sockets;
using Bitmapist.Http.Settings;
using Bitmapist.Server;
using Bitmapist.Server.Settings;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Bitmapist.Http;

/// <summary>
/// The HTTP port: /metrics, /healthz and /readyz. It listens before the database is opened, so that it can say that
/// this takes a while, and until the server has stopped. Thread-safe.
/// </summary>
public sealed class HttpPort : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly HttpAnswers _answers;

    private HttpPort(KestrelServer server, HttpAnswers answers)
    {
        _server = server;
        _answers = answers;
    }

    /// <summary>Where it listens, such as <c>http://127.0.0.1:9122</c>.</summary>
    public IReadOnlyList<string> Addresses =>
        [.. _server.Features.Get<IServerAddressesFeature>()?.Addresses ?? Array.Empty<string>()];

    /// <summary>Listens.</summary>
    /// <exception cref="IOException">The address cannot be listened on.</exception>
    public static async Task<HttpPort> StartAsync(ListenAddress address, ILoggerFactory loggers)
    {
        ILogger logger = loggers.CreateLogger("http");
        KestrelServerOptions options = OptionsFor(address);
        // Kestrel has a line for each connection too many, by which strangers could fill the log. What fails in
        // answers is told by those.
        ILoggerFactory silent = NullLoggerFactory.Instance;
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), silent);
        var server = new KestrelServer(Options.Create(options), transport, silent);
        var port = new HttpPort(server, new HttpAnswers(logger));
        try
        {
            await server.StartAsync(port._answers, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            await port.DisposeAsync().ConfigureAwait(false);
            string reason = (failure.GetBaseException() as SocketException ?? failure).Message;
            throw new IOException($"cannot listen on {address}: {reason}", failure);
        }

        foreach (string listening in port.Addresses) HttpLog.Listening(logger, listening);
        return port;
    }

    /// <summary>The server is open: from now on its metrics are told, and whether it is ready.</summary>
    public void Tell(BitmapistServer server) => _answers.Server = server.State;

    public async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(HttpLimits.StopTimeout);
        await _server.StopAsync(timeout.Token).ConfigureAwait(false);
        _server.Dispose();
        _answers.Dispose();
    }

    private static KestrelServerOptions OptionsFor(ListenAddress address)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        KestrelServerLimits limits = options.Limits;
        limits.MaxConcurrentConnections = HttpLimits.Connections;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.MaxRequestBodySize = HttpLimits.BodyBytes;
        limits.MaxRequestLineSize = HttpLimits.RequestLineBytes;
        limits.MaxRequestHeadersTotalSize = HttpLimits.HeaderBytes;
        limits.MaxRequestHeaderCount = HttpLimits.Headers;
        limits.RequestHeadersTimeout = HttpLimits.HeaderTimeout;
        limits.KeepAliveTimeout = HttpLimits.IdleTimeout;
        limits.MinResponseDataRate = new MinDataRate(HttpLimits.AnswerBytesPerSecond, HttpLimits.AnswerGrace);
        if (address.Ip is null) options.ListenLocalhost(address.Port, SpeakHttp1);
        else if (address.Ip.Equals(System.Net.IPAddress.IPv6Any)) options.ListenAnyIP(address.Port, SpeakHttp1);
        else options.Listen(address.Ip, address.Port, SpeakHttp1);
        return options;
    }

    private static void SpeakHttp1(ListenOptions listen) => listen.Protocols = HttpProtocols.Http1;
}
