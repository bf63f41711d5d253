using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Tests.Hosting;

namespace Bitmapist.Transport.Tests.Carriers;

/// <summary>What only carriers with threads of their own can do, or suffer.</summary>
public abstract class LoopSpec(TransportKind kind, int loops) : CarrierSpec(kind, loops)
{
    [Fact]
    public async Task Short_work_runs_on_the_loops_thread_and_again_after_it_has_left_it()
    {
        const byte OnLoop = 1, Elsewhere = 0;
        await using TestServer server = Start(async connection =>
        {
            for (int i = 0; ; i++)
            {
                ReadResult read = await connection.Input.ReadAsync().ConfigureAwait(false);
                if (read.IsCompleted) return;
                connection.Input.AdvanceTo(read.Buffer.End);
                if (i == 50) await Task.Yield();
                bool isOnLoop = Thread.CurrentThread.Name?.StartsWith("bitmapist-io-") == true;
                connection.Output.Write([isOnLoop ? OnLoop : Elsewhere]);
                await connection.Output.FlushAsync().ConfigureAwait(false);
            }
        });
        using Socket client = server.Connect();
        for (int i = 0; i < 50; i++) Assert.Equal(OnLoop, Ask());
        Assert.Equal(Elsewhere, Ask());
        // The next request may be there before the reader waits for it; then it is served where the last one was.
        await Eventually.IsAsync(() => Ask() == OnLoop, "served by the loop again");

        byte Ask()
        {
            client.Send("x"u8);
            return client.Receive(1)[0];
        }
    }

    [Fact]
    public async Task What_is_left_for_the_end_of_a_turn_is_done_there_before_anything_is_sent()
    {
        await using TestServer server = Start(async connection =>
        {
            while (true)
            {
                ReadResult read = await connection.Input.ReadAsync().ConfigureAwait(false);
                if (read.IsCompleted) return;
                connection.Input.AdvanceTo(read.Buffer.End);
                connection.Output.Write("1"u8);
                await connection.Output.FlushAsync().ConfigureAwait(false);
                if (!connection.TryAtTurnEnd(new Answer(connection.Output))) return;
            }
        });
        using Socket client = server.Connect();
        byte[] received = new byte[8];
        for (int i = 0; i < 20; i++)
        {
            client.Send("x"u8);
            Assert.Equal(2, client.Receive(received)); // in one piece
            Assert.Equal("12"u8, received.AsSpan(0, 2));
        }
    }

    [Fact]
    public async Task What_was_not_flushed_when_it_was_aborted_is_never_sent()
    {
        await using TestServer server = Start(async connection =>
        {
            ReadResult read = await connection.Input.ReadAsync().ConfigureAwait(false);
            connection.Input.AdvanceTo(read.Buffer.End);
            connection.Output.Write("1"u8);
            await connection.Output.FlushAsync().ConfigureAwait(false);
            connection.Output.Write("2"u8);
            connection.TryAtTurnEnd(new Canceller(connection.Input));
            read = await connection.Input.ReadAsync().ConfigureAwait(false);
            connection.Abort();
        });
        for (int i = 0; i < 10; i++)
        {
            using Socket client = server.Connect();
            byte[] received = new byte[8];
            client.Send("x"u8);
            string all = "";
            try
            {
                for (int n; (n = client.Receive(received)) > 0;) all += Encoding.ASCII.GetString(received, 0, n);
            }
            catch (SocketException)
            {
                // It was cut.
            }

            Assert.DoesNotContain("2", all, StringComparison.Ordinal);
        }
    }

    private sealed class Canceller(PipeReader input) : ITurnEnd
    {
        public void EndTurn() => input.CancelPendingRead();
    }

    [Fact]
    public async Task Another_thread_has_no_turn()
    {
        var isTaken = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestServer server = Start(async connection =>
        {
            await Task.Yield();
            isTaken.SetResult(connection.TryAtTurnEnd(new Answer(connection.Output)));
            await connection.Input.ReadAsync().ConfigureAwait(false);
        });
        using Socket client = server.Connect();
        Assert.False(await isTaken.Task.WaitAsync(TestServer.Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_connection_is_served_alone_once_no_other_has_sent_anything_for_a_while()
    {
        const byte Alone = 1, Elsewhere = 2, NotAlone = 0;
        await using TestServer server = Start(async connection =>
        {
            while (true)
            {
                ReadResult read = await connection.Input.ReadAsync().ConfigureAwait(false);
                if (read.IsCompleted) return;
                bool mayBeAlone = read.Buffer.FirstSpan[0] == 'a';
                connection.Input.AdvanceTo(read.Buffer.End);
                byte answer = connection.IsServedAlone ? Alone : NotAlone;
                if (!mayBeAlone)
                {
                    await Task.Yield(); // another thread is not the one that serves it
                    answer = connection.IsServedAlone ? Alone : Elsewhere;
                }

                connection.Output.Write([answer]);
                await connection.Output.FlushAsync().ConfigureAwait(false);
            }
        });
        using Socket one = server.Connect();
        await Eventually.IsAsync(() => Ask(one, "a"u8) == Alone, "served alone");
        Assert.Equal(Elsewhere, Ask(one, "b"u8));
        // Others of the same loop; one of these clients is on it, however many loops there are.
        Socket[] others = [.. Enumerable.Range(0, Options.Loops).Select(_ => server.Connect())];
        await Eventually.IsAsync(() => Ask(one, "a"u8) == Alone, "served alone again");
        await Eventually.IsAsync(
            () =>
            {
                foreach (Socket other in others) Ask(other, "a"u8);
                return Ask(one, "a"u8) == NotAlone; // unless that took a while
            },
            "not served alone");
        await Eventually.IsAsync(() => Ask(one, "a"u8) == Alone, "served alone when the others are quiet");
        foreach (Socket other in others) other.Dispose();

        static byte Ask(Socket client, ReadOnlySpan<byte> what)
        {
            client.Send(what);
            return client.Receive(1)[0];
        }
    }

    /// <summary>Writes at the end of a turn.</summary>
    private sealed class Answer(PipeWriter output) : ITurnEnd
    {
        public void EndTurn()
        {
            output.Write("2"u8);
            _ = output.FlushAsync().AsTask();
        }
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
        await Eventually.IsAsync(() => server.Transport.ConnectionCount == 20, "all accepted");
        Assert.All(counts, count => Assert.Equal(20 / Options.Loops, count));
        foreach (Socket client in clients) client.Dispose();
    }

    [Fact]
    public async Task A_handler_that_blocks_its_thread_does_not_keep_the_server_from_stopping()
    {
        using var mayEnd = new ManualResetEventSlim();
        using var isBlocking = new ManualResetEventSlim();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        TestServer server = Start(_ =>
        {
            isBlocking.Set();
            mayEnd.Wait();
            ended.SetResult();
            return Task.CompletedTask;
        });
        using Socket client = server.Connect();
        Assert.True(isBlocking.Wait(TestServer.Patience, TestContext.Current.CancellationToken));
        await server.Transport.StopAsync(TimeSpan.Zero)
            .WaitAsync(TestServer.Patience, TestContext.Current.CancellationToken);
        Assert.False(ended.Task.IsCompleted);
        mayEnd.Set();
        await ended.Task.WaitAsync(TestServer.Patience, TestContext.Current.CancellationToken);
        await server.NoConnectionsAsync();
        Assert.Empty(client.ReceiveToEnd());
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
        await Eventually.IsAsync(
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
