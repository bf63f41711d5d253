using Bitmapist.Testing.Files;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>How long callers wait, and what they are told when they waited in vain.</summary>
public sealed class PatienceTests
{
    private const int Pieces = 25;
    private const int PieceMs = 10;
    private const int TimeoutMs = Pieces * PieceMs * 2 / 5; // less than half of what the answer takes
    private static readonly string s_header = $"${Pieces * 10}\r\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_that_keeps_coming_is_not_late_and_neither_is_what_waits_behind_it()
    {
        using var pieces = new SemaphoreSlim(0);
        await using var server = new FakeServer(async session =>
        {
            await SendInPiecesAsync(session, pieces);
            await session.EchoAsync();
        });
        var clock = new ManualTime();
        var looks = new Looks(clock);
        using var received = new ReceivedBytes(server.Port);
        await using ServerConnection channel = ServerConnection.Create(server.Options(TimeoutMs), clock);
        Task<string> large = channel.AskAsync("GET large");
        Task<string> behind = channel.AskAsync("ECHO behind");
        await LetComeSlowlyAsync(looks, pieces, received);
        Assert.Contains("0123456789", await large, StringComparison.Ordinal);
        Assert.Equal("$6 behind", await behind);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Who_waits_for_room_behind_an_answer_that_keeps_coming_is_not_late_either()
    {
        using var pieces = new SemaphoreSlim(0);
        var isFirstRead = new TaskCompletionSource();
        var mayAnswer = new TaskCompletionSource();
        await using var server = new FakeServer(async session =>
        {
            await SendInPiecesAsync(session, pieces);
            await session.ReadAsync();
            isFirstRead.SetResult();
            await session.UntilAsync(mayAnswer.Task);
            await session.SendAsync("$5\r\nfirst\r\n");
            await session.EchoAsync();
        });
        BitmapistOptions options = server.Options(TimeoutMs);
        options.BytesInFlightMax = 1; // one request at a time
        var clock = new ManualTime();
        var looks = new Looks(clock);
        using var received = new ReceivedBytes(server.Port);
        await using ServerConnection channel = ServerConnection.Create(options, clock);
        Task<string> large = channel.AskAsync("GET large");
        Task<string>[] behind = [channel.AskAsync("ECHO first"), channel.AskAsync("ECHO second")];
        using var impatience = new CancellationTokenSource();
        Task<string> impatient = channel.AskAsync(Batches.Of("ECHO none"), cancellationToken: impatience.Token);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        Assert.False(large.IsCompleted);
        await LetComeSlowlyAsync(looks, pieces, received);
        Assert.Contains("0123456789", await large, StringComparison.Ordinal);
        await Task.WhenAny(isFirstRead.Task, behind[0]);
        for (int i = 0; i < 3; i++) // Who was let in at last has time left, and is looked at meanwhile.
            await looks.PassAsync(PieceMs);
        mayAnswer.SetResult();
        Assert.Equal(["$5 first", "$6 second"], await Task.WhenAll(behind));
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Who_waits_for_room_in_vain_is_told_so()
    {
        await using var server = new FakeServer(async session =>
        {
            await session.ReadAsync();
            await session.SendAsync("$100\r\n0123456789");
            await session.SilenceAsync();
        });
        BitmapistOptions options = server.Options(responseTimeoutMs: 500);
        options.BytesInFlightMax = 1;
        await using ServerConnection channel = await ServerConnection.ConnectAsync(options, Cancel);
        Task<string> large = channel.AskAsync("GET large");
        Task<string> behind = channel.AskAsync("ECHO behind");
        await Assert.ThrowsAsync<BitmapistTimeoutException>(() => large.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        var late = await Assert.ThrowsAsync<BitmapistTimeoutException>(
            () => behind.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        Assert.Contains("of other requests were still unanswered", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_stops_coming_is_late_and_so_is_what_waits_behind_it()
    {
        await using var server = new FakeServer(async session =>
        {
            await session.ReadAsync();
            await session.SendAsync("$100\r\n0123456789");
            await session.SilenceAsync();
        });
        await using ServerConnection channel = await server.ConnectAsync(responseTimeoutMs: 500);
        Task<string> large = channel.AskAsync("GET large");
        Task<string> behind = channel.AskAsync("ECHO behind");
        await Assert.ThrowsAsync<BitmapistTimeoutException>(() => large.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
        await Assert.ThrowsAnyAsync<BitmapistException>(() => behind.WaitAsync(TimeSpan.FromSeconds(30), Cancel));
    }

    [Fact]
    public async Task What_waits_to_be_sent_again_may_have_taken_effect()
    {
        await using var server = new FakeServer(session => session.ReadAsync(),
            greet: number => number == 1 ? "+PONG\r\n" : "-LOADING soon\r\n");
        await using ServerConnection channel = await server.ConnectAsync(responseTimeoutMs: 1_000);
        BitmapistTimeoutException late = await Assert.ThrowsAsync<BitmapistTimeoutException>(
            () => channel.AskAsync(Batches.Repeatable("SETBIT k 1 1")));
        Assert.Contains("SETBIT k was waiting to be sent again, and may have taken effect", late.Message,
            StringComparison.Ordinal);
        late = await Assert.ThrowsAsync<BitmapistTimeoutException>(
            () => channel.AskAsync(Batches.Repeatable("SETBIT k 1 1")));
        Assert.Contains("SETBIT k was waiting to be sent. ", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_sent_before_the_server_refused_this_client_may_have_taken_effect()
    {
        await using var server = new FakeServer(session => session.ReadAsync(),
            greet: number => number == 1 ? "+PONG\r\n" : "-NOAUTH Authentication required.\r\n");
        await using ServerConnection channel = await server.ConnectAsync();
        ServerErrorException refusal = await Assert.ThrowsAsync<ServerErrorException>(
            () => channel.AskAsync(Batches.Repeatable("SETBIT k 1 1")));
        Assert.Equal("NOAUTH", refusal.Code);
        Assert.StartsWith("SETBIT k was sent on a connection that was lost, so it may have taken effect; ",
            refusal.Message, StringComparison.Ordinal);
        refusal = await Assert.ThrowsAsync<ServerErrorException>(() => channel.AskAsync("SETBIT k 1 1"));
        Assert.DoesNotContain("taken effect", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Answers the next request with a long string, a piece at every word of the test.</summary>
    private static async Task SendInPiecesAsync(FakeSession session, SemaphoreSlim pieces)
    {
        await session.ReadAsync();
        await session.SendAsync(s_header);
        for (int i = 0; i < Pieces; i++)
        {
            await session.UntilAsync(pieces.WaitAsync(Cancel));
            await session.SendAsync("0123456789");
        }

        await session.SendAsync("\r\n");
    }

    /// <summary>Lets time pass before every piece, more in all than the timeout, once the last has arrived.</summary>
    private static async Task LetComeSlowlyAsync(Looks looks, SemaphoreSlim pieces, ReceivedBytes received)
    {
        for (int i = 0; i < Pieces; i++)
        {
            int arrived = s_header.Length + (i * 10);
            await Eventually.IsAsync(() => received.Sum >= arrived, $"{arrived} bytes have arrived");
            await looks.PassAsync(PieceMs);
            pieces.Release();
        }
    }

    /// <summary>
    /// A clock that moves only between looks at what is late: they come by the real one, and a machine that has none to
    /// spare for them would let more than the timeout pass between two.
    /// </summary>
    private sealed class Looks
    {
        private readonly ManualTime _clock;
        private int _begun;

        public Looks(ManualTime clock)
        {
            _clock = clock;
            clock.Looking = () =>
            {
                if (Thread.CurrentThread.Name == "bitmapist clock") Interlocked.Increment(ref _begun);
            };
        }

        /// <summary>Lets time pass, after a whole look at what had come until then.</summary>
        public async Task PassAsync(int ms)
        {
            int before = Volatile.Read(ref _begun);
            await Eventually.IsAsync(() => Volatile.Read(ref _begun) - before >= 2, "one begun since has ended");
            _clock.Advance(TimeSpan.FromMilliseconds(ms));
        }
    }
}
