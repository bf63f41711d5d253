using System.Text;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Server.State;
using Bitmapist.Server.Tests.Connections;
using Bitmapist.Server.Timing;

namespace Bitmapist.Server.Tests.Timing;

/// <summary>Which call of a pipeline was slow, though a run of them is timed as a whole.</summary>
public sealed class SlowCallTests
{
    private readonly ServerState _server = PipedClient.NewServer();

    [Fact]
    public async Task A_slow_call_in_the_middle_of_a_pipeline_is_found()
    {
        await using PipedClient client = new(_server);
        await client.SendAsync("GETBIT free 0");
        await WhileHeldAsync("blocked", milliseconds: 60, async () =>
        {
            string[] others = [.. Enumerable.Range(0, 50).Select(i => $"GETBIT free {i}")];
            await client.WriteAsync([.. others, "GETBIT blocked 7", .. others]);
            await client.ReadAsync(101 * 4);
        });
        SlowCall slow = Assert.Single(_server.SlowCalls.Latest(100), call => Word(call, 1) == "blocked");
        Assert.Equal(["GETBIT", "blocked", "7"], slow.Arguments.Select(Encoding.ASCII.GetString));
        Assert.InRange(slow.Microseconds, 10_000, 20_000_000);
    }

    [Fact]
    public async Task A_slow_call_by_itself_is_found_and_a_quick_one_is_not()
    {
        await using PipedClient client = new(_server);
        await client.SendAsync("GETBIT free 0");
        _server.SlowCalls.Clear();
        await WhileHeldAsync("blocked", milliseconds: 60, async () => await client.SendAsync("GETBIT blocked 7"));
        Assert.Single(_server.SlowCalls.Latest(100), call => Word(call, 1) == "blocked");
        Assert.DoesNotContain(_server.SlowCalls.Latest(100), call => Word(call, 1) == "free");
    }

    [Fact]
    public async Task The_latency_monitor_notes_what_is_slower_than_its_threshold()
    {
        await using PipedClient client = new(_server);
        await client.SendAsync("CONFIG SET latency-monitor-threshold 20");
        await WhileHeldAsync("blocked", milliseconds: 60, async () => await client.SendAsync("GETBIT blocked 7"));
        // On a busy machine CONFIG may have been slow as well.
        (_, LatencySample latest, long worst) =
            Assert.Single(_server.LatencyEvents.Latest(), found => found.Item1 == "fast-command");
        Assert.InRange(latest.Milliseconds, 20, worst);
        string graph = await client.SendAsync("LATENCY GRAPH fast-command");
        Assert.Contains("fast-command - high ", graph, StringComparison.Ordinal);
        Assert.Equal(":1\r\n", await client.SendAsync("LATENCY RESET fast-command"));
    }

    [Fact]
    public async Task Nothing_is_found_when_nothing_is_looked_for()
    {
        await using PipedClient client = new(_server);
        await client.SendAsync("CONFIG SET slowlog-log-slower-than -1");
        _server.SlowCalls.Clear();
        await WhileHeldAsync("blocked", milliseconds: 30, async () => await client.SendAsync("GETBIT blocked 7"));
        Assert.Equal(0, _server.SlowCalls.Count);
    }

    /// <summary>Does something while another session holds a key.</summary>
    private async Task WhileHeldAsync(string key, int milliseconds, Func<Task> act)
    {
        using ManualResetEventSlim isHeld = new(), never = new();
        Task holding = Task.Run(() =>
        {
            using var session = new Session(_server.Store);
            using TransactionScope scope = session.BeginTransaction(Session.ShardsOf(Encoding.ASCII.GetBytes(key)));
            isHeld.Set();
            never.Wait(milliseconds); // by the thread that holds the key
        });
        isHeld.Wait(TestContext.Current.CancellationToken);
        await act();
        await holding;
    }

    private static string Word(SlowCall call, int index) => Encoding.ASCII.GetString(call.Arguments[index]);
}
