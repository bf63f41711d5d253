using System.Collections.Concurrent;
using System.Net.Sockets;
using Bitmapist.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>Connections that are cut, are silent, or carry what is no reply.</summary>
public sealed class LossTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("$")]
    [InlineData("$5\r\nhel")]
    [InlineData("$5\r\nhello\r")]
    [InlineData("$5\r\nhello\r\n")]
    [InlineData("$5\r\nhello\r\n:1")]
    public async Task A_connection_cut_before_the_last_reply_is_an_error(string sent)
    {
        await using var server = new FakeServer(async session =>
        {
            if (session.Number > 1)
            {
                await session.EchoAsync();
                return;
            }

            await session.SkipAsync(2);
            await session.SendAsync(sent);
            session.Close();
        });
        await using ServerConnection channel = await server.ConnectAsync();
        ConnectionLostException loss = await Assert.ThrowsAsync<ConnectionLostException>(
            () => channel.AskAsync("SETBIT k 1 1", "SETBIT j 1 1"));
        bool isFirstAnswered = sent.StartsWith("$5\r\nhello\r\n", StringComparison.Ordinal);
        string request = isFirstAnswered ? "SETBIT j" : "SETBIT k (and 1 more requests)";
        Assert.Contains($"127.0.0.1:{server.Port}/0 was lost while {request} awaited a reply: ", loss.Message,
            StringComparison.Ordinal);
        Assert.Contains("It may have taken effect", loss.Message, StringComparison.Ordinal);
        Assert.Equal("$1 a", await channel.AskAsync("ECHO a")); // nothing of the old reply is left
        Assert.Equal(2, server.Connections);
    }

    [Theory]
    [InlineData("")]
    [InlineData("$5\r\nhel")]
    [InlineData("$5\r\nhello\r\n:1")]
    public async Task A_repeatable_batch_is_sent_again_from_its_start(string sent)
    {
        var requests = new ConcurrentQueue<string>();
        await using var server = new FakeServer(async session =>
        {
            for (int i = 0; i < 2; i++) requests.Enqueue($"{session.Number}:{(await session.ReadAsync())[^1]}");
            if (session.Number == 1)
            {
                await session.SendAsync(sent);
                session.Close();
                return;
            }

            await session.SendAsync("$1\r\na\r\n$1\r\nb\r\n");
            await session.EchoAsync();
        });
        await using ServerConnection channel = await server.ConnectAsync();
        Assert.Equal("$1 a $1 b", await channel.AskAsync(Batches.Repeatable("ECHO a", "ECHO b")));
        Assert.Equal(["1:a", "1:b", "2:a", "2:b"], requests);
    }

    [Fact]
    public async Task Repeats_keep_their_order_and_go_before_what_was_not_sent()
    {
        var seen = new ConcurrentQueue<string>();
        var cut = new TaskCompletionSource();
        await using var server = new FakeServer(async session =>
        {
            if (session.Number == 1)
            {
                await session.SkipAsync(3);
                await session.UntilAsync(cut.Task);
                session.Reset();
                return;
            }

            while (true)
            {
                string text = (await session.ReadAsync())[^1];
                seen.Enqueue(text);
                await session.SendAsync($"${text.Length}\r\n{text}\r\n");
            }
        });
        await using ServerConnection channel = await server.ConnectAsync();
        Task<string> a = channel.AskAsync(Batches.Repeatable("ECHO a"));
        Task<string> lost = channel.AskAsync("ECHO lost");
        Task<string> b = channel.AskAsync(Batches.Repeatable("ECHO b"));
        cut.SetResult();
        await Assert.ThrowsAsync<ConnectionLostException>(() => lost);
        Task<string> later = channel.AskAsync("ECHO later");
        Assert.Equal("$1 a $1 b $5 later", string.Join(' ', await Task.WhenAll(a, b, later)));
        Assert.Equal(["a", "b", "later"], seen);
    }

    [Fact]
    public async Task A_repeat_that_still_waits_keeps_its_place_when_the_next_connection_is_lost_too()
    {
        var seen = new ConcurrentQueue<char>();
        await using var server = new FakeServer(async session =>
        {
            switch (session.Number)
            {
                case 1:
                    await session.SkipAsync(2);
                    break;
                case 2:
                    await session.WaitForBytesAsync(); // of the first: the second is not begun yet
                    break;
                default:
                    for (int i = 0; i < 2; i++) seen.Enqueue((await session.ReadAsync())[^1][0]);
                    await session.SendAsync(":1\r\n:2\r\n");
                    await session.SilenceAsync();
                    break;
            }

            session.Reset();
        });
        BitmapistOptions options = server.Options();
        options.BytesInFlightMax = 64 * 1024 * 1024; // room for both
        await using ServerConnection channel = await ServerConnection.ConnectAsync(options, Cancel);
        RequestBatch large = new RequestBatch().Begin("ECHO", 1).Add(new string('a', 24 * 1024 * 1024));
        large.IsRepeatable = true;
        Task<string> first = channel.AskAsync(large);
        Task<string> second = channel.AskAsync(Batches.Repeatable("ECHO b"));
        Assert.Equal(":1 :2", $"{await first} {await second}");
        Assert.Equal("ab", string.Concat(seen));
    }

    [Fact]
    public async Task A_batch_that_ends_every_connection_is_given_up()
    {
        await using var server = new FakeServer(async session => await session.ReadAsync());
        await using ServerConnection channel = await server.ConnectAsync();
        ConnectionLostException loss = await Assert.ThrowsAsync<ConnectionLostException>(
            () => channel.AskAsync(Batches.Repeatable("GET k")));
        Assert.Contains($"It was sent {ClientLimits.AttemptsMax} times", loss.Message, StringComparison.Ordinal);
        Assert.InRange(server.Connections, ClientLimits.AttemptsMax, ClientLimits.AttemptsMax + 1);
    }

    [Fact]
    public async Task A_transaction_cut_before_EXEC_answered_is_an_error()
    {
        await using var server = new FakeServer(async session =>
        {
            await session.SkipAsync(3);
            await session.SendAsync("+OK\r\n+QUEUED\r\n*1\r\n");
            session.Close();
        });
        await using ServerConnection channel = await server.ConnectAsync();
        ConnectionLostException loss = await Assert.ThrowsAsync<ConnectionLostException>(
            () => channel.AskAsync(Batches.Of("SETBIT k 1 1"), SendMode.Transaction));
        Assert.Contains("a transaction of 1 requests (now at EXEC)", loss.Message, StringComparison.Ordinal);
        Assert.Contains("in the middle of a reply", loss.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_not_sent_waits_for_the_connection()
    {
        int port = ServerProcess.FreePort();
        var log = new ListLogger();
        await using ServerConnection channel = ServerConnection.Create(new BitmapistOptions
        {
            Host = "127.0.0.1", Port = port, ReconnectDelayMs = 5, ReconnectDelayMaxMs = 20, LoggerFactory = log,
        });
        Task<string> early = channel.AskAsync("ECHO early");
        await log.WaitForAsync(4); // an attempt has failed
        Assert.False(early.IsCompleted);
        await using var server = new FakeServer(session => session.EchoAsync(), port);
        Assert.Equal("$5 early", await early);
    }

    [Fact]
    public async Task Waiting_for_a_connection_ends_with_the_timeout_and_the_reason()
    {
        int port = ServerProcess.FreePort();
        await using ServerConnection channel = ServerConnection.Create(new BitmapistOptions
        {
            Host = "127.0.0.1", Port = port, ReconnectDelayMs = 5, ReconnectDelayMaxMs = 20, ResponseTimeoutMs = 200,
        });
        using var patience = new CancellationTokenSource(50);
        Task<string> cancelled = channel.AskAsync(Batches.Of("ECHO a"), cancellationToken: patience.Token);
        BitmapistTimeoutException late = await Assert.ThrowsAsync<BitmapistTimeoutException>(
            () => channel.AskAsync("ECHO b"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.StartsWith($"There was no connection to redis://127.0.0.1:{port}/0 within 200 ms; ECHO b was waiting",
            late.Message, StringComparison.Ordinal);
        ConnectionLostException reason = Assert.IsType<ConnectionLostException>(late.InnerException);
        SocketException cause = Assert.IsType<SocketException>(reason.InnerException);
        Assert.Equal(SocketError.ConnectionRefused, cause.SocketErrorCode);
        await Eventually.IsAsync(() => channel.BytesInFlight == 0, "a sweep later nothing is kept");
    }

    [Fact]
    public async Task A_first_connection_that_cannot_be_made_is_an_error_at_once()
    {
        int port = ServerProcess.FreePort();
        ConnectionLostException failure = await Assert.ThrowsAsync<ConnectionLostException>(
            async () => await BitmapistClient.ConnectAsync($"127.0.0.1:{port}", Cancel));
        Assert.StartsWith($"redis://127.0.0.1:{port}/0: no connection: ", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ConnectionLostException>(
            async () => await BitmapistClient.ConnectAsync("unix:///nowhere/redis.sock", Cancel));
    }

    [Fact]
    public async Task A_server_that_does_not_greet_is_given_up_in_time()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start(); // The system accepts; nobody reads.
        int port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        var options = new BitmapistOptions { Host = "127.0.0.1", Port = port, ConnectTimeoutMs = 200 };
        await Assert.ThrowsAsync<BitmapistTimeoutException>(
            async () => await BitmapistClient.ConnectAsync(options, Cancel));
        using var patience = new CancellationTokenSource(20);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await BitmapistClient.ConnectAsync(new BitmapistOptions { Host = "127.0.0.1", Port = port },
                patience.Token));
    }

    [Fact]
    public async Task A_reply_that_is_late_is_dropped_and_the_connection_kept()
    {
        await using var server = new FakeServer(async session =>
        {
            await session.ReadAsync();
            await session.ReadAsync(); // the second request comes after the first has timed out
            await session.SendAsync("$4\r\nlate\r\n$6\r\nsecond\r\n");
            await session.EchoAsync();
        });
        await using ServerConnection channel = await server.ConnectAsync(responseTimeoutMs: 1_500);
        BitmapistTimeoutException late = await Assert.ThrowsAsync<BitmapistTimeoutException>(
            () => channel.AskAsync("BITOP AND dest a b"));
        Assert.Contains("did not answer BITOP AND within 1,500 ms", late.Message, StringComparison.Ordinal);
        Assert.Equal("$6 second", await channel.AskAsync("ECHO second"));
        Assert.Equal("$5 third", await channel.AskAsync("ECHO third"));
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_left_and_greeted_anew()
    {
        await using var server = new FakeServer(async session =>
        {
            if (session.Number > 1) await session.EchoAsync();
            await session.SilenceAsync();
        });
        await using ServerConnection channel = await server.ConnectAsync(responseTimeoutMs: 1_000);
        await Assert.ThrowsAsync<BitmapistTimeoutException>(() => channel.AskAsync("ECHO a"));
        await Eventually.IsAsync(() => server.Connections == 2, "a second connection");
        Assert.Equal("$1 b", await channel.AskAsync("ECHO b"));
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", "unknown marker")]
    [InlineData(":1x\r\n", "bad value after ':'")]
    [InlineData("$99999999999\r\n", "too long bulk string")]
    [InlineData(":1\r\n:2\r\n:3\r\n", "a reply that answers nothing (:3)")]
    public async Task What_is_no_reply_ends_the_connection_and_a_new_one_is_made(string garbage, string reason)
    {
        await using var server = new FakeServer(async session =>
        {
            if (session.Number == 1)
            {
                await session.SkipAsync(2);
                await session.SendAsync(garbage);
            }

            await session.EchoAsync();
        });
        var log = new ListLogger();
        BitmapistOptions options = server.Options();
        options.LoggerFactory = log;
        await using ServerConnection channel = await ServerConnection.ConnectAsync(options, Cancel);
        // Also what is repeatable fails: it would only be garbled again.
        Task<string> asked = channel.AskAsync(Batches.Repeatable("ECHO a", "ECHO b"));
        if (reason.StartsWith("a reply", StringComparison.Ordinal))
        {
            Assert.Equal(":1 :2", await asked);
        }
        else
        {
            ProtocolViolationException violation =
                await Assert.ThrowsAsync<ProtocolViolationException>(() => asked);
            Assert.Contains(reason, violation.Message, StringComparison.Ordinal);
        }

        await log.WaitForAsync(3);
        Assert.Contains(reason, log.Lines.Single(line => line.Id == 3).Text, StringComparison.Ordinal);
        Assert.Equal("$1 c", await channel.AskAsync("ECHO c"));
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task Replies_to_what_is_not_yet_sent_are_a_violation()
    {
        await using var server = new FakeServer(async session =>
        {
            if (session.Number > 1) await session.EchoAsync();
            await session.WaitForBytesAsync();
            await session.SendAsync(":1\r\n");
            await session.SilenceAsync();
        });
        await using ServerConnection channel = await server.ConnectAsync();
        // More than the sockets' buffers hold: most of it cannot be sent yet.
        RequestBatch large = new RequestBatch().Begin("ECHO", 1).Add(new string('a', 48 * 1024 * 1024));
        ProtocolViolationException violation =
            await Assert.ThrowsAsync<ProtocolViolationException>(() => channel.AskAsync(large));
        Assert.Contains("more replies than requests were sent", violation.Message, StringComparison.Ordinal);
        Assert.Equal("$1 b", await channel.AskAsync("ECHO b"));
    }

    [Fact]
    public async Task Disposing_fails_what_waits_and_refuses_what_comes()
    {
        await using var server = new FakeServer(session => session.SilenceAsync());
        ServerConnection channel = await server.ConnectAsync();
        Task<string> sent = channel.AskAsync(Batches.Repeatable("ECHO a"));
        await channel.DisposeAsync();
        await channel.DisposeAsync();
        ConnectionLostException loss = await Assert.ThrowsAsync<ConnectionLostException>(() => sent);
        Assert.Contains("closed by this client", loss.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => channel.AskAsync("ECHO b"));
        ServerConnection unused = ServerConnection.Create(server.Options());
        await unused.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => unused.AskAsync("ECHO b"));
    }
}
