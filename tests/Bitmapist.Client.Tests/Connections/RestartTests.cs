using Bitmapist.Testing.Servers;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>Servers that are killed and started again while marks are on their way.</summary>
public sealed class RestartTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Marks_of_many_callers_survive_a_killed_server()
    {
        const int Callers = 8, MarksEach = 400;
        using var server = new BitmapistServer();
        await using ServerConnection channel = await ServerConnection.ConnectAsync(
            new BitmapistOptions
            {
                Host = "127.0.0.1", Port = server.Port, ResponseTimeoutMs = 30_000, ReconnectDelayMs = 5,
                ReconnectDelayMaxMs = 100,
            }, Cancel);
        int marked = 0;
        Task[] callers = [.. Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (int i = 0; i < MarksEach; i++)
            {
                int id = (caller * MarksEach) + i;
                RequestBatch mark = Batches.Repeatable($"SETBIT restart_month {id} 1", $"SETBIT restart_day {id} 1");
                Assert.Equal(":", (await channel.AskAsync(mark, SendMode.Transaction))[..1]);
                Interlocked.Increment(ref marked);
            }
        }))];
        foreach (int threshold in new[] { Callers * MarksEach / 4, Callers * MarksEach / 2 })
        {
            await Eventually.IsAsync(
                () => Volatile.Read(ref marked) >= threshold || Array.Exists(callers, caller => caller.IsFaulted),
                $"{threshold} marks");
            server.Kill();
            server.Start();
        }

        await Task.WhenAll(callers);
        Assert.Equal($":{Callers * MarksEach} :{Callers * MarksEach}",
            await channel.AskAsync(Batches.Repeatable("BITCOUNT restart_month", "BITCOUNT restart_day")));
        Assert.Equal(0, channel.BytesInFlight);
    }

    [Fact]
    public async Task What_may_not_be_repeated_fails_or_succeeds_and_never_hangs()
    {
        using var server = new BitmapistServer();
        await using ServerConnection channel = await ServerConnection.ConnectAsync(
            new BitmapistOptions { Host = "127.0.0.1", Port = server.Port, ResponseTimeoutMs = 30_000 }, Cancel);
        using var stop = new CancellationTokenSource();
        int succeeded = 0, lost = 0;
        Task[] callers = [.. Enumerable.Range(0, 16).Select(caller => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    Assert.Equal($"$2 {10 + caller}", await channel.AskAsync($"ECHO {10 + caller}"));
                    Interlocked.Increment(ref succeeded);
                }
                catch (ConnectionLostException)
                {
                    Interlocked.Increment(ref lost);
                }
            }
        }))];
        for (int i = 0; i < 3; i++)
        {
            int before = Volatile.Read(ref succeeded);
            await Eventually.IsAsync(() => Volatile.Read(ref succeeded) > before + 200, "200 more replies");
            server.Kill();
            server.Start();
        }

        int last = Volatile.Read(ref succeeded);
        await Eventually.IsAsync(() => Volatile.Read(ref succeeded) > last + 200, "200 more replies");
        await stop.CancelAsync();
        await Task.WhenAll(callers);
        Assert.True(lost > 0, "no connection was lost under a request");
    }
}
