using System.Globalization;

namespace Bitmapist.Engine.Tests;

public sealed class BackgroundThreadsTests
{
    private const int AtOnce = 5;

    [Fact]
    public async Task No_more_is_done_at_once_than_may_be_and_all_gets_done()
    {
        BackgroundThreads threads = new("test", AtOnce);
        using var mayEnd = new ManualResetEventSlim();
        int running = 0, most = 0, done = 0;
        Task[] all = [.. Enumerable.Range(0, 10 * AtOnce).Select(_ => threads.RunAsync(() =>
        {
            int now = Interlocked.Increment(ref running);
            for (int seen = most; now > seen; seen = most) Interlocked.CompareExchange(ref most, now, seen);
            mayEnd.Wait();
            Interlocked.Decrement(ref running);
            Interlocked.Increment(ref done);
        }))];
        await Eventually.IsAsync(() => running == AtOnce, "as many as may run");
        mayEnd.Set();
        await Task.WhenAll(all);
        Assert.Equal(AtOnce, most);
        Assert.Equal(all.Length, done);
    }

    [Fact]
    public async Task Work_that_throws_makes_room_for_the_next()
    {
        BackgroundThreads threads = new("test", AtOnce);
        for (int i = 0; i < 3 * AtOnce; i++)
        {
            await Assert.ThrowsAsync<InvalidDataException>(
                () => threads.RunAsync(static () => throw new InvalidDataException()));
        }

        Assert.Equal(7, await threads.RunAsync(() => 7));
    }

    [Fact]
    public async Task They_leave_processors_to_threads_that_serve_clients()
    {
        Prerequisite.Require(OperatingSystem.IsLinux(), "elsewhere threads are alike");
        int before = Niceness("/proc/self/stat"); // of the process: this thread may be one of others
        int inside = await new BackgroundThreads("test", 1).RunAsync(() => Niceness("/proc/thread-self/stat"));
        int withinInside = await await new BackgroundThreads("outer", 1).RunAsync(
            () => new BackgroundThreads("inner", 1).RunAsync(() => Niceness("/proc/thread-self/stat")));
        Assert.Equal((before + 5, before + 5), (inside, withinInside)); // one made by another is no nicer
    }

    /// <summary>The 19th field of the status, behind the name in parentheses, which is the second.</summary>
    private static int Niceness(string path)
    {
        string status = File.ReadAllText(path);
        string[] behindName = status[(status.LastIndexOf(')') + 2)..].Split(' ');
        return int.Parse(behindName[16], CultureInfo.InvariantCulture);
    }
}
