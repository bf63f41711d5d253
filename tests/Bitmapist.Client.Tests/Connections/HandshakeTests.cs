namespace Bitmapist.Client.Tests.Connections;

public sealed class HandshakeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("LOADING Redis is loading the dataset in memory")]
    [InlineData("ERR max number of clients reached")]
    [InlineData("MISCONF errors writing to disk")]
    public async Task A_refusal_that_will_pass_is_waited_for(string error)
    {
        await using var server = new FakeServer(session => session.EchoAsync(),
            greet: number => number < 3 ? $"-{error}\r\n" : "+PONG\r\n");
        var log = new ListLogger();
        BitmapistOptions options = server.Options();
        options.LoggerFactory = log;
        await using ServerConnection channel = ServerConnection.Create(options);
        Assert.Equal("$1 a", await channel.AskAsync("ECHO a"));
        Assert.Equal(3, server.Connections);
        string[] failures = [.. log.Lines.Where(line => line.Id == 4).Select(line => line.Text)];
        Assert.Equal(2, failures.Length);
        Assert.All(failures, text => Assert.Contains(error, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refusal_that_will_not_pass_fails_what_waits()
    {
        await using var server = new FakeServer(session => session.EchoAsync(),
            greet: _ => "-NOAUTH Authentication required.\r\n");
        await using ServerConnection channel = ServerConnection.Create(server.Options());
        ServerErrorException refusal =
            await Assert.ThrowsAsync<ServerErrorException>(() => channel.AskAsync("ECHO a"));
        Assert.Equal("NOAUTH Authentication required.", refusal.ServerText);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", "unknown marker")]
    [InlineData(":1\r\n", "PING was answered with :1")]
    [InlineData("+PONG\r\n+MORE\r\n", "it said more than it was asked")]
    public async Task What_is_no_Redis_is_said_to_be_none(string greeting, string complaint)
    {
        await using var server = new FakeServer(session => session.EchoAsync(), greet: _ => greeting);
        ProtocolViolationException violation =
            await Assert.ThrowsAsync<ProtocolViolationException>(async () => await server.ConnectAsync());
        Assert.StartsWith($"redis://127.0.0.1:{server.Port}/0 does not answer like a Redis server: {complaint}",
            violation.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_hangs_up_is_an_error()
    {
        await using var server = new FakeServer(_ => Task.CompletedTask, greet: _ => "");
        ConnectionLostException loss =
            await Assert.ThrowsAsync<ConnectionLostException>(async () => await server.ConnectAsync());
        Assert.Contains(
            "closed the connection during the handshake, saying nothing", loss.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_names_does_without()
    {
        await using var server = new FakeServer(session => session.EchoAsync());
        var log = new ListLogger();
        BitmapistOptions options = server.Options();
        options.ClientName = "web-1";
        options.LoggerFactory = log;
        await using ServerConnection channel = await ServerConnection.ConnectAsync(options, Cancel);
        Assert.Equal("$1 a", await channel.AskAsync("ECHO a"));
        Assert.Contains(log.Lines, line => line.Id == 6);
    }

    [Theory]
    [InlineData("+OK\r\n+QUEUED\r\n*-1\r\n", "EXECABORT", "The server dropped a transaction of 1 requests")]
    [InlineData("+OK\r\n+QUEUED\r\n_\r\n", "EXECABORT", "The server dropped a transaction of 1 requests")]
    [InlineData("+OK\r\n-OOM full\r\n-EXECABORT\r\n", "OOM", "The server refused SETBIT k, so nothing of the transaction (1 requests) ran")]
    [InlineData("+OK\r\n+QUEUED\r\n-READONLY no\r\n", "READONLY", "The server refused a transaction of 1 requests")]
    [InlineData("-NOPERM no\r\n:0\r\n-ERR EXEC without MULTI\r\n", "NOPERM", "The server refused MULTI, so the requests ran one by one")]
    public async Task Transactions_fail_with_what_refused_them(string replies, string code, string words)
    {
        await using var server = new FakeServer(async session =>
        {
            await session.SkipAsync(3);
            await session.SendAsync(replies);
            await session.EchoAsync();
        });
        await using ServerConnection channel = await server.ConnectAsync();
        ServerErrorException refusal = await Assert.ThrowsAsync<ServerErrorException>(
            () => channel.AskAsync(Batches.Of("SETBIT k 1 1"), SendMode.Transaction));
        Assert.Equal(code, refusal.Code);
        Assert.StartsWith(words, refusal.Message, StringComparison.Ordinal);
        Assert.Equal("$1 a", await channel.AskAsync("ECHO a"));
    }

    [Theory]
    [InlineData("*2\r\n:0\r\n:0\r\n")]
    [InlineData("+OK\r\n")]
    public async Task EXEC_answered_with_something_else_is_a_violation(string exec)
    {
        await using var server = new FakeServer(async session =>
        {
            await session.SkipAsync(3);
            await session.SendAsync("+OK\r\n+QUEUED\r\n" + exec);
            await session.SilenceAsync();
        });
        await using ServerConnection channel = await server.ConnectAsync();
        await Assert.ThrowsAsync<ProtocolViolationException>(
            () => channel.AskAsync(Batches.Of("SETBIT k 1 1"), SendMode.Transaction));
    }

    [Theory]
    [InlineData("$536870913\r\n", "too long bulk string")]
    [InlineData("*16777217\r\n", "too many elements")]
    public async Task Replies_beyond_the_limits_are_violations(string reply, string words)
    {
        await using var server = new FakeServer(async session =>
        {
            await session.ReadAsync();
            await session.SendAsync(reply);
            await session.SilenceAsync();
        });
        await using ServerConnection channel = await server.ConnectAsync();
        ProtocolViolationException violation =
            await Assert.ThrowsAsync<ProtocolViolationException>(() => channel.AskAsync("GET k"));
        Assert.Contains(words, violation.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_beyond_the_limit_is_refused()
    {
        Assert.Equal(
            ClientLimits.BatchBytesMax, PendingBatch.FramedBytes(ClientLimits.BatchBytesMax, SendMode.Pipeline));
        ArgumentException refusal = Assert.Throws<ArgumentException>(
            () => PendingBatch.FramedBytes(ClientLimits.BatchBytesMax + 1, SendMode.Pipeline));
        Assert.Contains("send it in parts", refusal.Message, StringComparison.Ordinal);
    }
}
