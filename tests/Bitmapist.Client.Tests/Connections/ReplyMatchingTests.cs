using System.Collections.Concurrent;
using System.Globalization;
using Bitmapist.Resp.Replies;
using Bitmapist.Testing.Files;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>
/// Replies reach the batch they belong to, however they arrive and whichever callers have given up meanwhile.
/// </summary>
public sealed class ReplyMatchingTests
{
    private const string Replies = ":1\r\n$5\r\nhel\r\n\r\n*2\r\n$-1\r\n:-7\r\n-ERR no\r\n+OK\r\n";
    private const string Shown = ":1 $5 hel\\r\\n [$-1 :-7] -ERR no +OK";

    private static readonly string[] s_five = ["A", "B", "C", "D", "E"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replies_may_be_split_at_every_byte()
    {
        await using var server = new FakeServer(async session =>
        {
            for (int split = 1; split < Replies.Length; split++)
            {
                await session.SkipAsync(5);
                await session.SendAsync(Replies[..split]);
                await Eventually.AMomentAsync(1); // so that they come apart
                await session.SendAsync(Replies[split..]);
            }

            await session.SilenceAsync();
        });
        await using ServerConnection channel = await server.ConnectAsync();
        for (int split = 1; split < Replies.Length; split++) Assert.Equal(Shown, await channel.AskAsync(s_five));
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Replies_may_come_a_byte_at_a_time()
    {
        await using var server = new FakeServer(async session =>
        {
            await session.SkipAsync(5);
            foreach (char value in Replies)
            {
                await session.SendAsync($"{value}");
                await Eventually.AMomentAsync(1); // so that they come apart
            }
        });
        await using ServerConnection channel = await server.ConnectAsync();
        Assert.Equal(Shown, await channel.AskAsync(s_five));
    }

    [Fact]
    public async Task Replies_of_several_batches_may_come_in_one_piece()
    {
        await using var server = new FakeServer(async session =>
        {
            await session.SkipAsync(3);
            await session.SendAsync(":1\r\n:2\r\n:3\r\n");
        });
        await using ServerConnection channel = await server.ConnectAsync();
        Task<string> one = channel.AskAsync("A");
        Task<string> two = channel.AskAsync("B", "C");
        Assert.Equal(":1", await one);
        Assert.Equal(":2 :3", await two);
    }

    [Fact]
    public async Task A_thousand_callers_share_one_connection()
    {
        await using var server = new FakeServer(session => session.EchoAsync());
        await using ServerConnection channel = await server.ConnectAsync();
        string[] replies = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => channel.AskAsync($"ECHO {i:d4}")));
        for (int i = 0; i < replies.Length; i++) Assert.Equal($"$4 {i:d4}", replies[i]);
        Assert.Equal(1, server.Connections);
        Assert.Equal(0, channel.BytesInFlight);
    }

    [Fact]
    public async Task Waiting_blocks_no_threads()
    {
        var answer = new TaskCompletionSource();
        await using var server = new FakeServer(async session =>
        {
            await session.UntilAsync(answer.Task);
            await session.EchoAsync();
        });
        await using ServerConnection channel = await server.ConnectAsync(responseTimeoutMs: 60_000);
        // One thread asks a thousand times; did asking block, it would not get beyond the first.
        Task<string>[] waiting = [.. Enumerable.Range(0, 1_000).Select(i => channel.AskAsync($"ECHO {i:d4}"))];
        Assert.All(waiting, asked => Assert.False(asked.IsCompleted));
        answer.SetResult();
        string[] replies = await Task.WhenAll(waiting);
        Assert.Equal("$4 0999", replies[^1]);
    }

    [Fact]
    public async Task Cancelled_and_late_replies_are_read_and_dropped()
    {
        await using var server = new FakeServer(async session =>
        {
            await session.ReadAsync();
            await session.SendAsync("+ready\r\n");
            await session.SkipAsync(3);
            await session.SendAsync("$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n");
            await session.EchoAsync();
        });
        await using ServerConnection channel = await server.ConnectAsync();
        Assert.Equal("+ready", await channel.AskAsync("R"));
        using var cancelled = new CancellationTokenSource();
        Task<string> first = channel.AskAsync(Batches.Of("A", "B"), cancellationToken: cancelled.Token);
        await cancelled.CancelAsync();
        OperationCanceledException stopped =
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(cancelled.Token, stopped.CancellationToken);
        Assert.Equal("$1 c", await channel.AskAsync("C"));
        Assert.Equal("$1 d", await channel.AskAsync("ECHO d"));
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task What_is_cancelled_before_it_starts_is_not_sent()
    {
        await using var server = new FakeServer(session => session.EchoAsync());
        await using ServerConnection channel = await server.ConnectAsync();
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => channel.AskAsync(Batches.Of("ECHO a"), cancellationToken: cancelled));
        Assert.Equal(0, channel.BytesInFlight);
        Assert.Equal("$1 b", await channel.AskAsync("ECHO b"));
    }

    [Fact]
    public async Task A_batch_may_be_filled_anew_while_its_cancelled_bytes_are_still_being_sent()
    {
        var received = new ConcurrentQueue<string>();
        var mayRead = new TaskCompletionSource();
        await using var server = new FakeServer(async session =>
        {
            await session.UntilAsync(mayRead.Task); // The sockets' buffers are full then.
            while (true)
            {
                received.Enqueue((await session.ReadAsync())[1]);
                await session.SendAsync(":1\r\n");
            }
        });
        await using ServerConnection channel = await server.ConnectAsync();
        string large = new('a', 24 * 1024 * 1024);
        RequestBatch batch = new RequestBatch().Begin("ECHO", 1).Add(large);
        using var cancelled = new CancellationTokenSource(2000); // by then its first bytes are on their way
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => channel.AskAsync(batch, cancellationToken: cancelled.Token));
        batch.Clear();
        batch.Begin("ECHO", 1).Add(new string('b', large.Length));
        mayRead.SetResult();
        Assert.Equal(":1", await channel.AskAsync(batch));
        Assert.Equal([large, large.Replace('a', 'b')], received);
    }

    [Fact]
    public async Task Storms_of_cancellation_mix_nothing_up()
    {
        int seed = Environment.TickCount;
        await using var server = new FakeServer(session => EchoInPiecesAsync(session, new Random(seed)));
        await using ServerConnection channel = await server.ConnectAsync();
        int answered = 0, cancelled = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => Task.Run(async () =>
        {
            var random = new Random(seed + caller);
            for (int i = 0; i < 250; i++)
            {
                string[] requests = [.. Enumerable.Range(0, random.Next(1, 6)).Select(n => $"ECHO {caller}-{i}-{n}")];
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
                if (random.Next(2) == 0) patience.CancelAfter(random.Next(3));
                try
                {
                    IReadOnlyList<Reply> replies = await channel.SendAsync(
                        Batches.Of(requests), SendMode.Pipeline, patience.Token);
                    Assert.True(requests.Select(request => request[5..]).SequenceEqual(replies.Select(r => r.AsText())),
                        $"seed {seed}: {string.Join(' ', replies)} for {string.Join(", ", requests)}");
                    Interlocked.Increment(ref answered);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref cancelled);
                }
            }
        })));
        Assert.Equal(16 * 250, answered + cancelled);
        Assert.True(answered > 0 && cancelled > 0, $"seed {seed}: {answered} answered, {cancelled} cancelled");
        Assert.Equal("$1 z", await channel.AskAsync("ECHO z"));
        Assert.Equal(1, server.Connections);
        Assert.Equal(0, channel.BytesInFlight);
    }

    [Fact]
    public async Task Nothing_is_sent_for_no_requests()
    {
        await using var server = new FakeServer(session => session.EchoAsync());
        await using ServerConnection channel = await server.ConnectAsync();
        Assert.Equal("", await channel.AskAsync(new RequestBatch(), SendMode.Transaction));
        Assert.Equal("$1 a", await channel.AskAsync("ECHO a"));
    }

    [Fact]
    public async Task Bytes_in_flight_are_bounded()
    {
        const int BytesMax = 1_000, RequestBytes = 122, Fitting = BytesMax / RequestBytes;
        var answer = new TaskCompletionSource();
        FakeSession? only = null;
        await using var server = new FakeServer(async session =>
        {
            only = session;
            var texts = new List<string>();
            while (texts.Count < Fitting) texts.Add((await session.ReadAsync())[^1]);
            await session.UntilAsync(answer.Task);
            foreach (string text in texts) await session.SendAsync($"$100\r\n{text}\r\n");
            await session.EchoAsync();
        });
        BitmapistOptions options = server.Options();
        options.BytesInFlightMax = BytesMax;
        await using ServerConnection channel = await ServerConnection.ConnectAsync(options, Cancel);
        Task<string>[] waiting = [.. Enumerable.Range(0, 100).Select(
            i => channel.AskAsync($"ECHO {i.ToString("d100", CultureInfo.InvariantCulture)}"))];
        const int HandshakeBytes = 14;
        await Eventually.IsAsync(
            () => only?.ReceivedBytes >= (Fitting * RequestBytes) + HandshakeBytes, "as many as fit are sent");
        await Eventually.NeverAsync(() => only!.UnreadBytes > 0, "more than fits is sent");
        Assert.Equal(Fitting * RequestBytes, channel.BytesInFlight);
        Assert.Equal((Fitting * RequestBytes) + HandshakeBytes, only!.ReceivedBytes);
        answer.SetResult();
        string[] replies = await Task.WhenAll(waiting);
        Assert.Equal(
            Enumerable.Range(0, 100), replies.Select(reply => int.Parse(reply[5..], CultureInfo.InvariantCulture)));
        Assert.Equal(0, channel.BytesInFlight);
    }

    [Fact]
    public async Task Waiting_for_room_ends_with_the_timeout()
    {
        await using var server = new FakeServer(session => session.SilenceAsync());
        BitmapistOptions options = server.Options(responseTimeoutMs: 2_000);
        options.BytesInFlightMax = 10;
        var clock = new ManualTime();
        await using ServerConnection channel = ServerConnection.Create(options, clock);
        Task<string> first = channel.AskAsync("ECHO a");
        Task<string> second = channel.AskAsync("ECHO b");
        clock.Advance(TimeSpan.FromMilliseconds(1_999));
        Assert.False(first.IsCompleted || second.IsCompleted);
        await Eventually.IsAsync(
            () =>
            {
                // Who is let in late is looked at later.
                clock.Advance(TimeSpan.FromMilliseconds(ClientLimits.SweepMsMax));
                return first.IsCompleted && second.IsCompleted;
            },
            "both are given up");
        await Assert.ThrowsAsync<BitmapistTimeoutException>(() => first);
        await Assert.ThrowsAsync<BitmapistTimeoutException>(() => second);
    }

    private static async Task EchoInPiecesAsync(FakeSession session, Random random)
    {
        while (true)
        {
            string text = (await session.ReadAsync())[^1];
            string reply = $"${text.Length}\r\n{text}\r\n";
            int split = random.Next(reply.Length);
            await session.SendAsync(reply[..split]);
            if (random.Next(50) == 0) await Eventually.AMomentAsync(1);
            await session.SendAsync(reply[split..]);
        }
    }
}
