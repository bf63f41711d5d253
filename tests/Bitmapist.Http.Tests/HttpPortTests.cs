using System.Net;
using System.Net.Sockets;
using System.Text;
using Bitmapist.Http.Settings;
using Bitmapist.Server.Settings;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bitmapist.Http.Tests;

/// <summary>What is answered when, and what a stranger can make the port hold.</summary>
public sealed class HttpPortTests
{
    [Fact]
    public async Task Readiness_follows_the_server_and_health_the_process()
    {
        await using ServedHttp served = await ServedHttp.StartHttpAsync();
        await AssertAsync("/readyz", 503, "the database is being opened\n");
        await AssertAsync("/metrics", 503, "the database is being opened\n");
        await AssertAsync("/healthz", 200, "ok\n");
        await served.OpenAsync();
        await AssertAsync("/readyz", 200, "ready\n");
        Assert.Equal(HttpStatusCode.OK, (await served.AskAsync("/metrics")).Status);
        Assert.Null(await served.Server!.StopAsync(save: true));
        await AssertAsync("/readyz", 503, "the server is being stopped\n");
        await AssertAsync("/healthz", 200, "ok\n");
        Assert.Equal(HttpStatusCode.OK, (await served.AskAsync("/metrics")).Status);

        async Task AssertAsync(string path, int status, string body)
        {
            (HttpStatusCode actual, string text, _) = await served.AskAsync(path);
            Assert.Equal(((HttpStatusCode)status, body), (actual, text));
        }
    }

    [Theory]
    [InlineData("GET", "/", 404)]
    [InlineData("GET", "/metrics/", 404)]
    [InlineData("GET", "/metrics?a=b", 200)]
    [InlineData("HEAD", "/metrics", 200)]
    [InlineData("POST", "/metrics", 405)]
    [InlineData("DELETE", "/healthz", 405)]
    public async Task Paths_and_methods(string method, string path, int status)
    {
        await using ServedHttp served = await ServedHttp.StartAsync();
        (HttpStatusCode actual, string body, HttpResponseMessage answer) =
            await served.AskAsync(path, method: new HttpMethod(method));
        Assert.Equal((HttpStatusCode)status, actual);
        Assert.Equal(method == "HEAD", body.Length == 0);
        Assert.InRange(answer.Content.Headers.ContentLength!.Value, 1, int.MaxValue);
        Assert.Equal(status == 405, answer.Content.Headers.Allow.Count == 2);
        if (status == 200)
            Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task A_first_line_that_is_too_long_is_refused() =>
        Assert.StartsWith("HTTP/1.1 414 ", await ExchangeAsync($"GET /{new string('a', 4000)} HTTP/1.1\r\n"),
            StringComparison.Ordinal);

    [Fact]
    public async Task Headers_that_are_too_long_are_refused() =>
        Assert.StartsWith("HTTP/1.1 431 ", await ExchangeAsync(
            $"GET /healthz HTTP/1.1\r\nHost: a\r\nX: {new string('a', HttpLimits.HeaderBytes)}\r\n\r\n"),
            StringComparison.Ordinal);

    [Fact]
    public async Task Too_many_headers_are_refused() =>
        Assert.StartsWith("HTTP/1.1 431 ", await ExchangeAsync("GET /healthz HTTP/1.1\r\nHost: a\r\n"
            + string.Concat(Enumerable.Range(0, HttpLimits.Headers + 1).Select(i => $"X{i}: a\r\n")) + "\r\n"),
            StringComparison.Ordinal);

    [Fact]
    public async Task A_body_is_refused_and_not_waited_for()
    {
        // Its end never comes; the connection ends all the same.
        string answer = await ExchangeAsync("GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc");
        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_HTTP_is_refused() =>
        Assert.StartsWith("HTTP/1.1 400 ", await ExchangeAsync("*1\r\n$4\r\nPING\r\n"), StringComparison.Ordinal);

    [Fact]
    public async Task Headers_that_do_not_come_are_not_waited_for() =>
        Assert.StartsWith("HTTP/1.1 408 ", await ExchangeAsync("GET /healthz HTTP/1.1\r\nHost: "),
            StringComparison.Ordinal);

    [Fact]
    public async Task One_connection_too_many_is_closed_and_places_are_given_back()
    {
        await using ServedHttp served = await ServedHttp.StartHttpAsync();
        var taken = new List<Socket>();
        try
        {
            // Each asks once, so that it is known to have a place.
            for (int i = 0; i < HttpLimits.Connections; i++)
            {
                taken.Add(await ConnectAsync(served));
                await SendAsync(taken[^1], "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
                Assert.StartsWith("HTTP/1.1 200 ", await ReceiveAsync(taken[^1]), StringComparison.Ordinal);
            }

            using Socket tooMany = await ConnectAsync(served);
            Assert.Equal("", await ReceiveToEndAsync(tooMany));
            taken[0].Dispose();
            await Eventually.IsAsync(async () =>
            {
                using Socket next = await ConnectAsync(served);
                await SendAsync(next, "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                return (await ReceiveToEndAsync(next)).StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal);
            }, "a place is given back");
        }
        finally
        {
            taken.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task A_port_in_use_is_told_like_that_of_clients()
    {
        await using ServedHttp served = await ServedHttp.StartHttpAsync();
        var address = new ListenAddress(IPAddress.Loopback, served.HttpPortNumber);
        IOException failure = await Assert.ThrowsAsync<IOException>(
            () => HttpPort.StartAsync(address, NullLoggerFactory.Instance));
        Assert.Equal($"cannot listen on {address}: Address already in use", failure.Message);
    }

    [Theory]
    [InlineData(":9122", ":9122", null)]
    [InlineData("localhost:9122", "localhost:9122", null)]
    [InlineData("[::1]:9122", "[::1]:9122", null)]
    [InlineData("localhost", null, "address \"localhost\" needs a port")]
    [InlineData("[::1]", null, "address \"[::1]\" needs a port")]
    [InlineData("tls://:9122", null, "address \"tls://:9122\": HTTP is spoken without TLS")]
    [InlineData("::1:9122", null, "address \"::1:9122\" is not of the form host:port")]
    [InlineData(":99999", null, "address \":99999\" has no valid port (0 to 65535)")]
    public void Addresses_need_a_port_and_no_TLS(string text, string? shown, string? reason)
    {
        Assert.Equal(shown is not null, ListenAddress.TryParseHttp(text, out ListenAddress? address, out string? why));
        Assert.Equal(shown, address?.ToString());
        Assert.Equal(reason, why);
    }

    /// <summary>Sends bytes to a port of its own and returns all that comes until the connection is closed.</summary>
    private static async Task<string> ExchangeAsync(string request)
    {
        await using ServedHttp served = await ServedHttp.StartHttpAsync();
        using Socket socket = await ConnectAsync(served);
        await SendAsync(socket, request);
        return await ReceiveToEndAsync(socket);
    }

    private static async Task<Socket> ConnectAsync(ServedHttp served)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, served.HttpPortNumber, TestContext.Current.CancellationToken);
        return socket;
    }

    private static async Task SendAsync(Socket socket, string text) =>
        await socket.SendAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        byte[] bytes = new byte[16 * 1024];
        try
        {
            int received = await socket.ReceiveAsync(bytes, TestContext.Current.CancellationToken);
            return Encoding.ASCII.GetString(bytes, 0, received);
        }
        catch (SocketException)
        {
            return ""; // closed with bytes that nobody read: a reset
        }
    }

    private static async Task<string> ReceiveToEndAsync(Socket socket)
    {
        var text = new StringBuilder();
        while (await ReceiveAsync(socket) is { Length: > 0 } more) text.Append(more);
        return text.ToString();
    }
}
