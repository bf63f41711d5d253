using System.Net;
using System.Text;
using Bitmapist.Server.Settings;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using BitmapistServer = Bitmapist.Server.BitmapistServer;

namespace Bitmapist.Http.Tests;

/// <summary>A server in this process with both ports, over a database of its own.</summary>
internal sealed class ServedHttp : IAsyncDisposable
{
    private const int Attempts = 5; // Between finding a free port and listening on it, another process may take it.
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitmapist-test-");
    private readonly HttpClient _client = new();
    private readonly HttpPort _http;
    private readonly int _port;

    private ServedHttp(HttpPort http, int port)
    {
        _http = http;
        _port = port;
        _client.BaseAddress = new Uri(Assert.Single(http.Addresses));
    }

    /// <summary>The server; null before <see cref="OpenAsync"/>.</summary>
    public BitmapistServer? Server { get; private set; }

    public int HttpPortNumber => _client.BaseAddress!.Port;

    /// <summary>Starts the HTTP port alone, as the executable does before it opens the database.</summary>
    public static async Task<ServedHttp> StartHttpAsync() => new(
        await HttpPort.StartAsync(new ListenAddress(IPAddress.Loopback, 0), NullLoggerFactory.Instance),
        ServerProcess.FreePort());

    /// <summary>Starts both.</summary>
    public static async Task<ServedHttp> StartAsync()
    {
        for (int attempt = 0; ; attempt++)
        {
            ServedHttp served = await StartHttpAsync();
            try
            {
                await served.OpenAsync();
                return served;
            }
            catch (IOException) when (attempt < Attempts)
            {
                await served.DisposeAsync(); // somebody took the port
            }
        }
    }

    /// <summary>Opens the database and tells the HTTP port.</summary>
    public async Task OpenAsync()
    {
        var options = new ServerOptions
        {
            DatabasePath = Path.Combine(_folder.FullName, "bitmapist.db"),
            Addresses = [new ListenAddress(IPAddress.Loopback, _port)],
            HttpAddress = new ListenAddress(IPAddress.Loopback, HttpPortNumber),
        };
        Server = await BitmapistServer.StartAsync(options, NullLoggerFactory.Instance);
        _http.Tell(Server);
    }

    /// <summary>Runs commands on a connection of their own, which is gone when the last reply is there.</summary>
    public async Task<string[]> RunAsync(params string[] commands)
    {
        long before = Server!.State.Clients.Count;
        string[] replies;
        using (RawConnection connection = await RawConnection.ConnectAsync(_port))
            replies = [.. (await connection.AskAllAsync(commands)).Select(reply => ReplyText.Render(reply))];
        await Eventually.IsAsync(() => Server.State.Clients.Count == before, "the connection is closed");
        return replies;
    }

    /// <summary>Fields of INFO's sections, by name.</summary>
    public async Task<Dictionary<string, string>> InfoAsync(params string[] sections)
    {
        using RawConnection connection = await RawConnection.ConnectAsync(_port);
        string text = Encoding.Latin1.GetString(await connection.AskAsync("INFO " + string.Join(' ', sections)));
        return text.Split("\r\n").Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2)
            .ToDictionary(parts => parts[0], parts => parts[1]);
    }

    /// <summary>Asks for a path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="authorization">That header's value; null: none.</param>
    /// <param name="method">GET if nothing is said.</param>
    public async Task<(HttpStatusCode Status, string Body, HttpResponseMessage Answer)> AskAsync(
        string path, string? authorization = null, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        HttpResponseMessage answer = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        string body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (answer.StatusCode, body, answer);
    }

    /// <summary>The metrics now.</summary>
    public async Task<MetricsText> ScrapeAsync()
    {
        (HttpStatusCode status, string body, _) = await AskAsync("/metrics");
        Assert.Equal(HttpStatusCode.OK, status);
        return new MetricsText(body);
    }

    public async ValueTask DisposeAsync()
    {
        if (Server is not null) await Server.DisposeAsync();
        await _http.DisposeAsync();
        _client.Dispose();
        _folder.Delete(recursive: true);
    }
}
