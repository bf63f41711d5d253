using Bitmapist.Server.State;

namespace Bitmapist.Server.Tests.State;

public sealed class WorkersTests
{
    [Fact]
    public async Task No_more_is_done_at_once_than_may_be_and_all_gets_done()
    {
        Workers workers = new();
        using var mayEnd = new ManualResetEventSlim();
        int running = 0, most = 0, done = 0;
        Task[] all = [.. Enumerable.Range(0, 10 * Workers.AtOnce).Select(_ => workers.RunAsync(() =>
        {
            int now = Interlocked.Increment(ref running);
            for (int seen = most; now > seen; seen = most) Interlocked.CompareExchange(ref most, now, seen);
            mayEnd.Wait();
            Interlocked.Decrement(ref running);
            Interlocked.Increment(ref done);
        }))];
        await Eventually.IsAsync(() => running == Workers.AtOnce, "as many as may run");
        mayEnd.Set();
        await Task.WhenAll(all);
        Assert.Equal(Workers.AtOnce, most);
        Assert.Equal(all.Length, done);
    }

    [Fact]
    public async Task Work_that_throws_makes_room_for_the_next()
    {
        Workers workers = new();
        for (int i = 0; i < 3 * Workers.AtOnce; i++)
        {
            await Assert.ThrowsAsync<InvalidDataException>(
                () => workers.RunAsync(static () => throw new InvalidDataException()));
        }

        bool isDone = false;
        await workers.RunAsync(() => isDone = true);
        Assert.True(isDone);
    }
}
