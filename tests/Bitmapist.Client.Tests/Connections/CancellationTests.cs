using System.Net;
using System.Net.Sockets;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>A caller that cancels is told so with its own token, whatever its request was waiting for.</summary>
public sealed class CancellationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Operations => [.. ClientOperations.Names];

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Cancelled_before_it_is_sent(string name)
    {
        await using var server = new FakeServer(session => session.SilenceAsync());
        await using BitmapistClient client = await BitmapistClient.ConnectAsync(server.Options(), Cancel);
        await AssertCancelledAsync(name, client, new CancellationToken(canceled: true));
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Cancelled_while_the_server_owes_the_reply(string name)
    {
        var received = new TaskCompletionSource();
        await using var server = new FakeServer(async session =>
        {
            await session.WaitForBytesAsync();
            received.SetResult();
            await session.SilenceAsync();
        });
        await using BitmapistClient client = await BitmapistClient.ConnectAsync(server.Options(), Cancel);
        await AssertCancelledAsync(name, client, received.Task);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Cancelled_while_it_waits_for_room(string name)
    {
        await using var server = new FakeServer(session => session.SilenceAsync());
        BitmapistOptions options = server.Options();
        options.BytesInFlightMax = 1;
        await using BitmapistClient client = await BitmapistClient.ConnectAsync(options, Cancel);
        Task first = client.MarkUniqueAsync("first", 1, Cancel); // takes all the room there is
        await AssertCancelledAsync(name, client, Eventually.AMomentAsync(5));
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ConnectionLostException>(() => first);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Cancelled_while_the_connection_is_made_anew(string name)
    {
        // The first connection ends at once; then nobody greets any more.
        await using var server =
            new FakeServer(_ => Task.CompletedTask, greet: number => number == 1 ? "+PONG\r\n" : "");
        await using BitmapistClient client = await BitmapistClient.ConnectAsync(server.Options(), Cancel);
        await Eventually.IsAsync(() => server.Connections > 1, "a second connection");
        await AssertCancelledAsync(name, client, Eventually.AMomentAsync(5));
    }

    [Fact]
    public async Task Cancelled_while_it_connects()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(); // The system accepts; nobody reads.
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        foreach (string place in new[] { $"127.0.0.1:{port}", $"localhost:{port}", $"rediss://localhost:{port}" })
            await AssertConnectCancelledAsync(place);
        var cancelled = new CancellationToken(canceled: true);
        var refusal = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await BitmapistClient.ConnectAsync($"127.0.0.1:{port}", cancelled));
        Assert.Equal(cancelled, refusal.CancellationToken);
    }

    [Fact]
    public async Task Cancelled_or_given_up_while_the_system_answers_no_connection_at_all()
    {
        using var full = new FullListener();
        await AssertConnectCancelledAsync($"127.0.0.1:{full.Port}");
        var options = new BitmapistOptions { Host = "127.0.0.1", Port = full.Port, ConnectTimeoutMs = 100 };
        var late = await Assert.ThrowsAsync<BitmapistTimeoutException>(
            async () => await BitmapistClient.ConnectAsync(options, Cancel));
        Assert.Contains("did not complete a connection within 100 ms", late.Message, StringComparison.Ordinal);
    }

    private static Task AssertCancelledAsync(string name, BitmapistClient client, Task ready) =>
        AssertCancelledAsync(cancel => ClientOperations.RunAsync(name, client, cancel), ready);

    private static async Task AssertCancelledAsync(string name, BitmapistClient client, CancellationToken token)
    {
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ClientOperations.RunAsync(name, client, token));
        Assert.Equal(token, cancelled.CancellationToken);
    }

    private static Task AssertConnectCancelledAsync(string place) => AssertCancelledAsync(
        cancel => BitmapistClient.ConnectAsync(place, cancel).AsTask(), Eventually.AMomentAsync(50));

    private static async Task AssertCancelledAsync(Func<CancellationToken, Task> run, Task ready)
    {
        using var source = new CancellationTokenSource();
        Task operation = run(source.Token);
        await ready;
        Assert.False(operation.IsCompleted);
        await source.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => operation.WaitAsync(TimeSpan.FromSeconds(60), Cancel));
        Assert.Equal(source.Token, cancelled.CancellationToken);
    }

    /// <summary>A port whose queue of connections is full, so that the system leaves further ones without an
    /// answer.</summary>
    private sealed class FullListener : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _waiting = [];

        public FullListener()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(backlog: 1);
            for (int i = 0; i < 8; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Blocking = false;
                _waiting.Add(socket);
                try
                {
                    socket.Connect(_listener.LocalEndPoint!);
                }
                catch (SocketException waits) when (waits.SocketErrorCode is SocketError.WouldBlock
                    or SocketError.InProgress)
                {
                    // It may have a place in the queue, or none.
                }
            }
        }

        public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

        public void Dispose()
        {
            foreach (Socket socket in _waiting) socket.Dispose();
            _listener.Dispose();
        }
    }
}
