using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Tests.Hosting;

namespace Bitmapist.Transport.Tests.Carriers;

/// <summary>Connections end by either side, in order or not, and the server survives all of it.</summary>
public abstract class ClosingSpec(TransportKind kind, int loops) : CarrierSpec(kind, loops)
{
    [Fact]
    public async Task A_handler_that_ends_closes_its_connection_after_everything_is_sent()
    {
        byte[] reply = Wire.Pattern(30_000_000);
        await using TestServer server = TestServer.Start(
            Options with { OutputPauseBytes = 32 * 1024 * 1024 }, async connection =>
            {
                connection.Output.Write(reply);
                await connection.Output.FlushAsync();
            });
        using Socket client = server.Connect(receiveBufferBytes: 8192);
        await Eventually.IsAsync(() => server.Transport.ConnectionCount == 1, "connected");
        await Eventually.NeverAsync(() => server.Transport.ConnectionCount == 0, "closed with bytes left to send");
        Assert.True(reply.AsSpan().SequenceEqual(client.ReceiveToEnd()), "the reply differs");
        await server.NoConnectionsAsync();
    }

    [Fact]
    public async Task What_was_not_flushed_is_sent_before_closing()
    {
        await using TestServer server = Start(connection =>
        {
            connection.Output.Write("bye"u8);
            return Task.CompletedTask;
        });
        using Socket client = server.Connect();
        Assert.Equal("bye"u8, client.ReceiveToEnd());
    }

    [Fact]
    public async Task A_closing_connection_does_not_wait_for_ever_for_its_peer()
    {
        TaskCompletionSource<bool> flushed = NewSource<bool>();
        await using TestServer server = TestServer.Start(
            Options with { OutputPauseBytes = 64 * 1024 * 1024, ClosePatience = TimeSpan.FromMilliseconds(300) },
            async connection =>
            {
                connection.Output.Write(new byte[32 * 1024 * 1024]);
                await connection.Output.FlushAsync();
                flushed.SetResult(true);
            });
        using Socket client = server.Connect(receiveBufferBytes: 4096);
        await flushed.Task.WaitAsync(TestServer.Patience, TestContext.Current.CancellationToken);
        await server.NoConnectionsAsync();
    }

    [Fact]
    public async Task A_reset_ends_reads_and_flushes_and_nobody_elses()
    {
        var ends = new List<string>();
        int withdrawn = 0; // broken before it could be served
        TransportOptions options = Options with { Withdraw = () => Interlocked.Increment(ref withdrawn) };
        await using TestServer server = TestServer.Start(options, async connection =>
        {
            try
            {
                await Handlers.EchoAsync(connection);
                lock (ends) ends.Add("completed");
            }
            catch (IOException)
            {
                lock (ends) ends.Add("broken");
            }
        });
        using Socket bystander = server.Connect();
        for (int round = 0; round < 50; round++)
        {
            Socket client = server.Connect(receiveBufferBytes: 4096);
            client.SendAll(Wire.Pattern(1 + (round * 1000)));
            if (round % 3 == 0) await Eventually.AMomentAsync(1);
            client.Reset();
            bystander.Send("still here"u8);
            Assert.Equal("still here"u8, bystander.Receive(10));
        }

        await Eventually.IsAsync(() => Ended() == 50, "reset connections end");
        await Eventually.IsAsync(() => server.Transport.ConnectionCount == 1, "reset connections closed");

        int Ended()
        {
            lock (ends) return ends.Count + Volatile.Read(ref withdrawn);
        }
    }

    [Fact]
    public async Task A_flush_that_waits_ends_when_the_peer_resets()
    {
        TaskCompletionSource<bool> flushed = NewSource<bool>();
        await using TestServer server = Start(async connection =>
        {
            FlushResult flush;
            do
            {
                connection.Output.Write(new byte[100_000]);
                flush = await connection.Output.FlushAsync();
            }
            while (!flush.IsCompleted);
            flushed.SetResult(flush.IsCompleted);
        });
        Socket client = server.Connect(receiveBufferBytes: 4096);
        client.Receive(1000);
        await Eventually.AMomentAsync(50);
        client.Reset();
        Assert.True(await flushed.Task.WaitAsync(TestServer.Patience, TestContext.Current.CancellationToken));
        await server.NoConnectionsAsync();
    }

    [Fact]
    public async Task A_reset_is_noticed_while_nobody_reads()
    {
        var mayRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestServer server = Start(async connection =>
        {
            await mayRead.Task;
            await Assert.ThrowsAnyAsync<IOException>(() => DrainAsync(connection.Input));
        });
        Socket client = server.Connect();
        client.Blocking = false;
        for (int i = 0; i < 20; i++)
        {
            _ = client.Send(new byte[500_000], SocketFlags.None, out _);
            await Eventually.AMomentAsync(5);
        }

        client.Reset();
        await Eventually.AMomentAsync(200);
        mayRead.SetResult();
        await server.NoConnectionsAsync();
        Assert.DoesNotContain(server.Logger.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reset_is_noticed_when_nothing_is_sent()
    {
        await using TestServer server = Start(async connection =>
            await Assert.ThrowsAnyAsync<IOException>(() => DrainAsync(connection.Input)));
        for (int i = 0; i < 50; i++)
        {
            Socket client = server.Connect();
            client.SendAll(new byte[200_000]);
            client.Reset();
        }

        await server.NoConnectionsAsync();
        Assert.DoesNotContain(server.Logger.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Abort_ends_a_pending_read_and_drops_what_is_unsent()
    {
        TaskCompletionSource<TransportConnection> connected = NewSource<TransportConnection>();
        TaskCompletionSource<bool> ended = NewSource<bool>();
        await using TestServer server = Start(async connection =>
        {
            connected.SetResult(connection);
            await Assert.ThrowsAnyAsync<IOException>(() => DrainAsync(connection.Input));
            Assert.True((await connection.Output.FlushAsync()).IsCompleted);
            ended.SetResult(true);
        });
        using Socket client = server.Connect();
        TransportConnection accepted = await connected.Task;
        accepted.Abort();
        accepted.Abort();
        await ended.Task.WaitAsync(TestServer.Patience, TestContext.Current.CancellationToken);
        Assert.Empty(client.ReceiveToEnd());
        await server.NoConnectionsAsync();
        accepted.Abort(); // long closed: nothing happens
        await accepted.DisposeAsync();
    }

    [Fact]
    public async Task A_pending_read_can_be_cancelled_from_any_thread()
    {
        TaskCompletionSource<TransportConnection> connected = NewSource<TransportConnection>();
        await using TestServer server = Start(async connection =>
        {
            connected.SetResult(connection);
            ReadResult read = await connection.Input.ReadAsync();
            Assert.True(read.IsCanceled);
            connection.Output.Write("cancelled"u8);
            await connection.Output.FlushAsync();
        });
        using Socket client = server.Connect();
        (await connected.Task).Input.CancelPendingRead();
        Assert.Equal("cancelled"u8, client.ReceiveToEnd());
    }

    [Fact]
    public async Task A_pending_flush_can_be_cancelled_and_tried_again()
    {
        TaskCompletionSource<TransportConnection> flushing = NewSource<TransportConnection>();
        int round = 0;
        await using TestServer server = Start(async connection =>
        {
            connection.Output.Write(new byte[30_000_000]);
            ValueTask<FlushResult> flush = connection.Output.FlushAsync();
            Assert.False(flush.IsCompleted);
            flushing.SetResult(connection);
            Assert.True((await flush).IsCanceled);
            round = 1;
            using var token = new CancellationTokenSource(50);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => connection.Output.FlushAsync(token.Token).AsTask());
            round = 2;
            Assert.False((await connection.Output.FlushAsync()).IsCanceled);
        });
        using Socket client = server.Connect(receiveBufferBytes: 4096);
        TransportConnection accepted = await flushing.Task;
        await Eventually.AMomentAsync(20);
        accepted.Output.CancelPendingFlush();
        await Eventually.IsAsync(() => round == 2, "both flushes cancelled");
        Assert.Equal(30_000_000, client.ReceiveToEnd().Length);
    }

    [Fact]
    public async Task A_handler_that_fails_costs_its_connection_only()
    {
        await using TestServer server = Start(async connection =>
        {
            ReadResult read = await connection.Input.ReadAsync();
            if (read.Buffer.FirstSpan.StartsWith("fail"u8)) throw new InvalidTimeZoneException("a bug");
            connection.Output.Write(read.Buffer.FirstSpan);
            connection.Input.AdvanceTo(read.Buffer.End);
            await connection.Output.FlushAsync();
            await connection.Input.ReadAsync();
        });
        using Socket good = server.Connect();
        using Socket bad = server.Connect();
        bad.Send("fail"u8);
        Assert.Empty(bad.ReceiveToEnd());
        good.Send("fine"u8);
        Assert.Equal("fine"u8, good.Receive(4));
        Assert.Contains(server.Logger.Lines, line => line.StartsWith("Error: a connection's handler failed"));
    }

    /// <summary>What waits for it goes on elsewhere than on a loop's thread, which it may block.</summary>
    private static TaskCompletionSource<T> NewSource<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static async Task DrainAsync(PipeReader input)
    {
        while (true)
        {
            ReadResult read = await input.ReadAsync();
            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return;
        }
    }
}
