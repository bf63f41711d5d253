using Bitmapist.Resp.Replies;
using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>Everything at once: cuts, cancellation, time running out, transactions, many callers.</summary>
public sealed class ChaosTests(BitmapistServer server) : IClassFixture<BitmapistServer>
{
    private const int Callers = 12;
    private const int BatchesEach = 150;

    private enum Outcome
    {
        Answered,
        Cancelled,
        Lost,
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_batch_gets_its_own_replies_or_an_error_and_nothing_is_left_over()
    {
        int seed = Environment.TickCount;
        var cuts = new Random(seed);
        int[] limits = [.. Enumerable.Range(0, 10_000).Select(_ => cuts.Next(3_000, 30_000))];
        await using var relay = Relay.Tcp(server.Port);
        relay.CutAfter = number => number % 2 == 0 ? (limits[number], long.MaxValue) : (long.MaxValue, limits[number]);
        await using ServerConnection channel = await ServerConnection.ConnectAsync(
            new BitmapistOptions
            {
                Host = "127.0.0.1", Port = relay.Port, ReconnectDelayMs = 1, ReconnectDelayMaxMs = 5,
                ResponseTimeoutMs = 30_000, BytesInFlightMax = 2_000,
            }, Cancel);
        var outcomes = new int[3];
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(seed + caller);
            var batch = new RequestBatch();
            for (int i = 0; i < BatchesEach; i++)
            {
                Outcome outcome = await AskAsync(channel, batch, random, $"seed {seed}, caller {caller}, batch {i}");
                Interlocked.Increment(ref outcomes[(int)outcome]);
            }
        })));
        Assert.True(outcomes.Min() > 0 && relay.Connections > 5,
            $"seed {seed}: {string.Join(", ", outcomes)} outcomes, {relay.Connections} connections");
        Assert.True(outcomes[(int)Outcome.Answered] > Callers * BatchesEach / 2,
            $"seed {seed}: {string.Join(", ", outcomes)} outcomes");
        await channel.AskAsync(Batches.Repeatable("PING")); // sends what was cancelled before it was sent into the void
        Assert.Equal(0, channel.BytesInFlight);
    }

    /// <summary>Sends a batch that no other is like, and checks that the replies are its own.</summary>
    private static async Task<Outcome> AskAsync(
        ServerConnection channel, RequestBatch batch, Random random, string context)
    {
        bool isRepeatable = random.Next(2) == 0;
        int filler = random.Next(4) == 0 ? random.Next(400) : 0;
        string dots = new('.', filler);
        string[] texts = [.. Enumerable.Range(0, random.Next(1, 5)).Select(n => $"{context}, {n}{dots}")];
        batch.Clear(); // although the former one may be on its way still
        batch.IsRepeatable = isRepeatable;
        foreach (string text in texts) batch.Begin("ECHO", 1).Add(text);
        SendMode mode = random.Next(3) == 0 ? SendMode.Transaction : SendMode.Pipeline;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        if (random.Next(4) == 0) patience.CancelAfter(random.Next(4));
        try
        {
            IReadOnlyList<Reply> replies = await channel.SendAsync(batch, mode, patience.Token);
            Assert.True(texts.SequenceEqual(replies.Select(reply => reply.AsText())),
                $"{context}: {string.Join(' ', replies)}");
            return Outcome.Answered;
        }
        catch (OperationCanceledException)
        {
            return Outcome.Cancelled;
        }
        catch (ConnectionLostException loss)
        {
            string repeated = $"sent {ClientLimits.AttemptsMax} times";
            if (isRepeatable) Assert.Contains(repeated, loss.Message, StringComparison.Ordinal);
            return Outcome.Lost;
        }
    }
}
