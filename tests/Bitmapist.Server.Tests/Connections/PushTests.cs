using System.Globalization;
using System.Text;
using Bitmapist.Server.State;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Server.Tests.Connections;

/// <summary>What other threads send a client, among its replies.</summary>
public sealed class PushTests : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly ServerState _server = PipedClient.NewServer();
    private readonly List<PipedClient> _clients = [];

    public async ValueTask DisposeAsync()
    {
        foreach (PipedClient client in _clients) await client.DisposeAsync();
    }

    [Fact]
    public async Task An_idle_client_is_woken()
    {
        PipedClient client = Connect();
        Assert.Equal("+PONG\r\n", await client.SendAsync("PING"));
        client.Connection.Push("+one\r\n"u8.ToArray());
        Assert.Equal("+one\r\n", await client.ReadAsync(6));
        client.Connection.Push("+two\r\n"u8.ToArray());
        Assert.Equal("+two\r\n", await client.ReadAsync(6));
        Assert.Equal("+PONG\r\n", await client.SendAsync("PING"));
    }

    [Fact]
    public async Task A_message_is_no_activity_of_the_client()
    {
        PipedClient client = Connect();
        await client.SendAsync("PING");
        long before = client.Connection.LastActiveAtMs;
        await Eventually.AMomentAsync(20);
        client.Connection.Push("+one\r\n"u8.ToArray());
        await client.ReadAsync(6);
        Assert.Equal(before, client.Connection.LastActiveAtMs);
    }

    [Fact]
    public async Task Messages_of_several_threads_come_whole_and_in_order_between_the_replies_of_a_pipeline()
    {
        const int Senders = 3, Each = 400, Batches = 40, BatchCommands = 25;
        PipedClient client = Connect();
        await client.SendAsync($"SET big {new string('b', 5000)}");
        Task sending = Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++) client.Connection.Push(Encoding.ASCII.GetBytes($"+{sender}:{i}\r\n"));
        }, TestContext.Current.CancellationToken)));
        Task asking = Task.Run(async () =>
        {
            string[] batch = [.. Enumerable.Range(0, BatchCommands).Select(i => i % 2 == 0 ? "GET big" : "ECHO small")];
            for (int i = 0; i < Batches; i++) await client.WriteAsync(batch);
        }, TestContext.Current.CancellationToken);
        int[] next = new int[Senders];
        int replies = 0;
        var stream = new StringBuilder();
        for (int at = 0; next.Sum() < Senders * Each || replies < Batches * BatchCommands;)
        {
            stream.Append(await client.ReadAsync());
            byte[] bytes = Encoding.Latin1.GetBytes(stream.ToString());
            for (int length; (length = ReplyFraming.MeasureReply(bytes.AsSpan(at))) > 0; at += length)
            {
                if (bytes[at] == (byte)'+')
                {
                    string[] words = Encoding.ASCII.GetString(bytes, at + 1, length - 3).Split(':');
                    int sender = int.Parse(words[0], CultureInfo.InvariantCulture);
                    Assert.Equal(next[sender]++, int.Parse(words[1], CultureInfo.InvariantCulture));
                }
                else
                {
                    bool isBig = replies++ % BatchCommands % 2 == 0;
                    Assert.Equal(isBig ? "$5000\r\n"u8 : "$5\r\nsma"u8, bytes.AsSpan(at, 7));
                }
            }

            stream.Remove(0, at);
            at = 0;
        }

        await sending.WaitAsync(s_patience, TestContext.Current.CancellationToken);
        await asking.WaitAsync(s_patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_sender_does_not_wait_for_a_client_that_does_not_read()
    {
        PipedClient reader = Connect(), sender = Connect();
        await reader.SendAsync("SUBSCRIBE c");
        string message = new('m', 10_000);
        for (int i = 0; i < 200; i++) Assert.Equal(":1\r\n", await sender.SendAsync($"PUBLISH c {message}"));
        Assert.InRange(reader.Connection.QueuedReplyBytes, 1_500_000, 4_000_000);
        string frame = $"*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$10000\r\n{message}\r\n";
        for (int i = 0; i < 200; i++) Assert.Equal(frame, await reader.ReadAsync(frame.Length));
        await Eventually.IsAsync(() => reader.Connection.QueuedReplyBytes == 0, "nothing waits");
    }

    [Fact]
    public async Task A_subscriber_beyond_the_hard_limit_is_cut_off_and_nobody_else()
    {
        PipedClient reader = Connect(), other = Connect(), sender = Connect();
        _server.OutputLimits.Set("pubsub 500kb 0 0");
        await reader.SendAsync("SUBSCRIBE c");
        await other.SendAsync("SUBSCRIBE d");
        string message = new('m', 10_000);
        for (int sent = 0; await sender.SendAsync($"PUBLISH c {message}") == ":1\r\n"; sent++)
        {
            Bounds.AtMost(10_000, sent);
            Bounds.AtMost(550_000, reader.Connection.QueuedReplyBytes);
        }

        await IsGoneAsync(reader);
        Assert.Equal(1, _server.OutputLimits.CutOff);
        Assert.Equal(":1\r\n", await sender.SendAsync("PUBLISH d x"));
        Assert.EndsWith("$1\r\nx\r\n", await other.ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_limit_of_subscribers_is_not_that_of_ordinary_clients()
    {
        PipedClient client = Connect();
        _server.OutputLimits.Set("pubsub 100kb 0 0");
        await client.SendAsync($"SET k {new string('k', 100_000)}");
        await client.WriteAsync([.. Enumerable.Repeat("GET k", 20)]);
        for (int i = 0; i < 20; i++)
            Assert.StartsWith("$100000", await client.ReadAsync(100_011), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_soft_limit_is_for_those_who_stay_beyond_it()
    {
        PipedClient reader = Connect(), sender = Connect();
        _server.OutputLimits.Set("pubsub 0 200kb 1");
        await reader.SendAsync("SUBSCRIBE c");
        for (int i = 0; i < 50; i++) await sender.SendAsync($"PUBLISH c {new string('m', 10_000)}");
        Assert.False(reader.Connection.IsCutOff);
        await reader.ReadAsync(400_000);
        await Eventually.IsAsync(() => reader.Connection.QueuedReplyBytes < 200_000, "some of it is taken");
        _server.OutputLimits.Check(reader.Connection);
        Assert.Equal(0, reader.Connection.SoftLimitSinceMs);

        for (int i = 0; i < 50; i++) await sender.SendAsync($"PUBLISH c {new string('m', 10_000)}");
        await Eventually.IsAsync(
            () =>
            {
                _server.OutputLimits.Check(reader.Connection); // as the keeper of clients does
                return reader.Connection.IsCutOff;
            },
            "cut off after a second");
        await IsGoneAsync(reader);
    }

    [Fact]
    public async Task A_client_that_goes_in_the_middle_leaves_nothing_behind()
    {
        PipedClient sender = Connect(), reader = Connect();
        await reader.SendAsync("SUBSCRIBE c");
        await reader.SendAsync("PSUBSCRIBE p*");
        Task<string>[] sending = [.. Enumerable.Range(0, 50).Select(_ => sender.SendAsync("PUBLISH c x"))];
        await reader.DisposeAsync();
        _clients.Remove(reader);
        foreach (Task<string> sent in sending) await sent.WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.Equal("*0\r\n", await sender.SendAsync("PUBSUB CHANNELS"));
        Assert.Equal(":0\r\n", await sender.SendAsync("PUBSUB NUMPAT"));
        reader.Connection.Push("+late\r\n"u8.ToArray());
        Assert.Equal(0, reader.Connection.QueuedReplyBytes);
    }

    private async Task IsGoneAsync(PipedClient client)
    {
        _clients.Remove(client);
        await Task.WhenAny(client.Running.WaitAsync(s_patience, TestContext.Current.CancellationToken));
        Assert.True(client.Running.IsCompleted);
        Assert.True(client.Connection.IsCutOff);
    }

    private PipedClient Connect()
    {
        PipedClient client = new(_server);
        _clients.Add(client);
        return client;
    }
}
