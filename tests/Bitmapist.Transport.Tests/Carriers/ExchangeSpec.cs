using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.IoUring;
using Bitmapist.Transport.Tests.Hosting;

namespace Bitmapist.Transport.Tests.Carriers;

/// <summary>Bytes come and go whole, in order, whatever pieces they travel in.</summary>
public abstract class ExchangeSpec(TransportKind kind, int loops) : CarrierSpec(kind, loops)
{
    [Fact]
    public async Task Runs_the_carrier_that_was_asked_for()
    {
        await using TestServer server = Start(Handlers.EchoAsync);
        TransportKind expected = Options.Kind;
        if (expected == TransportKind.IoUring && RingProbe.Denial() is { } denial)
        {
            // Containers forbid it: then all these tests run by what a server there runs by.
            TestContext.Current.AddWarning($"the tests of io_uring run by epoll: {denial}");
            Assert.StartsWith("io_uring_", denial, StringComparison.Ordinal); // a system call that is refused
            expected = TransportKind.Epoll;
        }

        Assert.Equal(expected, server.Transport.Kind);
        Assert.Contains(server.Logger.Lines, line => line.Contains($"carried by {expected.Name()}"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Echo_returns_what_was_sent_in_whatever_pieces(int seed)
    {
        await using TestServer server = Start(connection => Handlers.EchoErraticallyAsync(connection, seed));
        Task[] clients = [.. Enumerable.Range(0, 8).Select(i => Task.Factory.StartNew(
            () => ExchangeErratically(server, (100 * seed) + i), TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        await Task.WhenAll(clients);
        await server.NoConnectionsAsync();
    }

    [Fact]
    public async Task Pipelined_messages_are_answered_in_order()
    {
        await using TestServer server = Start(Handlers.EchoAsync);
        using Socket client = server.Connect();
        for (int round = 0; round < 200; round++)
        {
            byte[] batch = Wire.Pattern(1 + (round * 7), round);
            client.SendAll(batch);
            Assert.Equal(batch, client.Receive(batch.Length));
        }
    }

    [Fact]
    public async Task Half_a_request_waits_for_the_other_half()
    {
        await using TestServer server = Start(Handlers.EchoLinesAsync);
        using Socket client = server.Connect();
        foreach (byte letter in "one by one"u8) client.Send([letter]);
        client.ReceiveTimeout = 100;
        Assert.Throws<SocketException>(() => client.Receive(new byte[1]));
        client.ReceiveTimeout = (int)TestServer.Patience.TotalMilliseconds;
        client.Send("\nand then"u8);
        Assert.Equal("one by one\n"u8, client.Receive(11));
        client.Send("\n"u8);
        Assert.Equal("and then\n"u8, client.Receive(9));
    }

    [Fact]
    public async Task A_message_longer_than_many_buffers_can_be_left_in_the_pipe()
    {
        await using TestServer server = Start(Handlers.EchoLinesAsync);
        using Socket client = server.Connect();
        byte[] line = [.. Wire.Pattern(100_000).Select(value => value == '\n' ? (byte)' ' : value), (byte)'\n'];
        client.SendAll(line);
        Assert.Equal(line, client.Receive(line.Length));
    }

    [Fact]
    public async Task A_peer_that_sends_no_more_still_gets_its_replies()
    {
        await using TestServer server = Start(async connection =>
        {
            int bytes = 0;
            ReadResult read;
            do
            {
                read = await connection.Input.ReadAsync();
                bytes += (int)read.Buffer.Length;
                connection.Input.AdvanceTo(read.Buffer.End);
            }
            while (!read.IsCompleted);

            await Eventually.AMomentAsync(50);
            for (int i = 0; i < 3; i++)
            {
                connection.Output.Write(Wire.Pattern(bytes, i));
                await connection.Output.FlushAsync();
                await Eventually.AMomentAsync(20);
            }
        });
        using Socket client = server.Connect();
        client.SendAll(Wire.Pattern(10_000));
        client.Shutdown(SocketShutdown.Send);
        byte[] expected = [.. Enumerable.Range(0, 3).SelectMany(i => Wire.Pattern(10_000, i))];
        Assert.Equal(expected, client.ReceiveToEnd());
        await server.NoConnectionsAsync();
    }

    [Fact]
    public async Task Replies_of_one_turn_go_out_together()
    {
        await using TestServer server = Start(async connection =>
        {
            ReadResult read = await connection.Input.ReadAsync();
            connection.Input.AdvanceTo(read.Buffer.End);
            for (byte i = 0; i < 100; i++)
            {
                connection.Output.Write([i]);
                Assert.False((await connection.Output.FlushAsync()).IsCompleted);
            }

            await connection.Input.ReadAsync(); // until the client goes
        });
        using Socket client = server.Connect();
        client.Send("go"u8);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (byte)i), client.Receive(100));
    }

    [Fact]
    public async Task Replies_written_on_other_threads_arrive_whole_and_in_order()
    {
        await using TestServer server = Start(async connection =>
        {
            ReadResult read;
            do
            {
                read = await connection.Input.ReadAsync();
                foreach (ReadOnlyMemory<byte> segment in read.Buffer)
                {
                    foreach (byte value in segment.ToArray())
                    {
                        await Task.Run(() => connection.Output.Write([value, value]));
                        await connection.Output.FlushAsync();
                    }
                }

                connection.Input.AdvanceTo(read.Buffer.End);
            }
            while (!read.IsCompleted);
        });
        byte[] sent = Wire.Pattern(2_000);
        Socket[] clients = [.. Enumerable.Range(0, 4).Select(_ => server.Connect())];
        foreach (Socket client in clients)
        {
            client.SendAll(sent);
            client.Shutdown(SocketShutdown.Send);
        }

        byte[] expected = [.. sent.SelectMany(value => new[] { value, value })];
        foreach (Socket client in clients)
        {
            Assert.Equal(expected, client.ReceiveToEnd());
            client.Dispose();
        }
    }

    [Fact]
    public async Task Reads_that_are_cancelled_all_the_time_lose_nothing()
    {
        int cancelled = 0;
        await using TestServer server = Start(async connection =>
        {
            bool isOver = false;
            Task canceller = Task.Run(async () =>
            {
                while (!Volatile.Read(ref isOver))
                {
                    connection.Input.CancelPendingRead();
                    await Eventually.AMomentAsync(1);
                }
            });
            ReadResult read;
            do
            {
                read = await connection.Input.ReadAsync().ConfigureAwait(false);
                if (read.IsCanceled) Interlocked.Increment(ref cancelled);
                if (read.IsCanceled && cancelled % 2 == 0) await Task.Yield();
                foreach (ReadOnlyMemory<byte> segment in read.Buffer) connection.Output.Write(segment.Span);
                connection.Input.AdvanceTo(read.Buffer.End);
                await connection.Output.FlushAsync().ConfigureAwait(false);
            }
            while (!read.IsCompleted);
            Volatile.Write(ref isOver, true);
            await canceller;
        });
        byte[] sent = Wire.Pattern(300_000);
        using Socket client = server.Connect();
        Task sending = Task.Run(
            async () =>
            {
                for (int at = 0; at < sent.Length; at += 1000)
                {
                    client.SendAll(sent.AsSpan(at, 1000));
                    if (at % 10_000 == 0) await Eventually.AMomentAsync(1);
                }

                await Eventually.IsAsync(() => Volatile.Read(ref cancelled) > 10, "reads are cancelled");
                client.Shutdown(SocketShutdown.Send);
            },
            TestContext.Current.CancellationToken);
        byte[] received = client.ReceiveToEnd();
        await sending;
        Assert.True(sent.AsSpan().SequenceEqual(received), "the echo differs");
    }

    private static void ExchangeErratically(TestServer server, int seed)
    {
        var random = new Random(seed);
        byte[] sent = Wire.Pattern(random.Next(1, 400_000), seed);
        using Socket client = server.Connect();
        var sender = new Thread(() =>
        {
            for (int at = 0; at < sent.Length;)
            {
                int bytes = Math.Min(random.Next(1, random.Next(2, 40_000)), sent.Length - at);
                client.SendAll(sent.AsSpan(at, bytes));
                at += bytes;
                if (random.Next(10) == 0) Eventually.AMoment(1);
            }

            client.Shutdown(SocketShutdown.Send);
        });
        sender.Start();
        byte[] received = client.ReceiveToEnd();
        sender.Join();
        Assert.True(sent.AsSpan().SequenceEqual(received), $"the echo differs, seed {seed}");
    }
}
