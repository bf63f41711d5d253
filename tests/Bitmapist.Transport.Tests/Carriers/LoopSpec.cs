using System.IO.Pipelines;
using System.Net.Sockets;
using Bitmapist.Transport.Tests.Hosting;

namespace Bitmapist.Transport.Tests.Carriers;

/// <summary>What only carriers with threads of their own can do, or suffer.</summary>
public abstract class LoopSpec(TransportKind kind, int loops) : CarrierSpec(kind, loops)
{
    [Fact]
    public async Task Short_work_runs_on_the_loops_thread()
    {
        var names = new HashSet<string?>();
        await using TestServer server = Start(async connection =>
        {
            for (int i = 0; ; i++)
            {
                ReadResult read = await connection.Input.ReadAsync().ConfigureAwait(false);
                if (read.IsCompleted) return;
                if (i == 50) await Task.Yield(); // the rest of this request is served elsewhere
                else if (i != 51) lock (names) names.Add(Thread.CurrentThread.Name); // 51 may be there already
                connection.Input.AdvanceTo(read.Buffer.End);
                await connection.Output.WriteAsync("x"u8.ToArray()).ConfigureAwait(false);
            }
        });
        using (Socket client = server.Connect())
        {
            for (int i = 0; i < 100; i++)
            {
                await Task.Delay(1, TestContext.Current.CancellationToken);
                client.Send("x"u8);
                client.Receive(1);
            }
        }

        lock (names) Assert.All(names, name => Assert.StartsWith("bitmapist-io-", name));
    }

    [Fact]
    public async Task Connections_are_spread_evenly_over_the_loops()
    {
        int[] counts = new int[Options.Loops];
        await using TestServer server = Start(async connection =>
        {
            lock (counts) counts[int.Parse(Thread.CurrentThread.Name!["bitmapist-io-".Length..])]++;
            await Handlers.EchoAsync(connection);
        });
        Socket[] clients = [.. Enumerable.Range(0, 20).Select(_ => server.Connect())];
        await TestServer.UntilAsync(() => server.Transport.ConnectionCount == 20, "all accepted");
        Assert.All(counts, count => Assert.Equal(20 / Options.Loops, count));
        foreach (Socket client in clients) client.Dispose();
    }

    [Fact]
    public async Task A_loop_that_fails_says_so_and_ends_its_connections()
    {
        await using TestServer server = Start(Handlers.EchoAsync);
        Socket[] clients = [.. Enumerable.Range(0, 4).Select(_ => server.Connect())];
        foreach (Socket client in clients)
        {
            client.Send("ping"u8);
            client.Receive(4);
        }

        server.Transport.FailLoop();
        Exception failure = await server.Transport.Failure
            .WaitAsync(TestServer.Patience, TestContext.Current.CancellationToken);
        Assert.Equal("a loop was made to fail", failure.Message);
        Assert.Contains(server.Logger.Lines, line => line.StartsWith("Critical: a transport thread failed"));
        await TestServer.UntilAsync(
            () => server.Transport.ConnectionCount == 4 - (4 / Options.Loops), "that loop's connections ended");
        await server.Transport.StopAsync(TimeSpan.FromMilliseconds(100))
            .WaitAsync(TestServer.Patience, TestContext.Current.CancellationToken);
        foreach (Socket client in clients)
        {
            Assert.Empty(client.ReceiveToEnd());
            client.Dispose();
        }
    }
}
