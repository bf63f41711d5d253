using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Tests.Hosting;

namespace Bitmapist.Transport.Tests.Carriers;

/// <summary>A slow peer slows only itself (back-pressure), and costs a bounded amount of memory.</summary>
public abstract class BackPressureSpec(TransportKind kind, int loops) : CarrierSpec(kind, loops)
{
    private const int MiB = 1024 * 1024;

    [Fact]
    public async Task A_flush_waits_for_a_slow_reader_and_goes_on_with_it()
    {
        byte[] piece = Wire.Pattern(32 * 1024);
        long flushed = 0;
        await using TestServer server = Start(async connection =>
        {
            for (int i = 0; i < 1024; i++) // 32 MiB, far more than socket buffers take
            {
                connection.Output.Write(piece);
                await connection.Output.FlushAsync();
                Interlocked.Add(ref flushed, piece.Length);
            }
        });
        using Socket client = server.Connect(receiveBufferBytes: 16 * 1024);
        long before = await SettledAsync(() => Interlocked.Read(ref flushed));
        Assert.InRange(before, 1, 16 * MiB);

        byte[] all = client.ReceiveToEnd();
        Assert.Equal(1024 * piece.Length, all.Length);
        for (int i = 0; i < 1024; i++)
        {
            Assert.True(all.AsSpan(i * piece.Length, piece.Length).SequenceEqual(piece), $"piece {i} differs");
        }
    }

    [Fact]
    public async Task Input_that_nobody_reads_makes_the_peer_wait_and_is_whole_when_read()
    {
        var mayRead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestServer server = Start(async connection =>
        {
            await mayRead.Task;
            await Handlers.EchoAsync(connection);
        });
        using Socket client = server.Connect(receiveBufferBytes: 64 * 1024);
        client.SendBufferSize = 64 * 1024;
        byte[] sent = Wire.Pattern(64 * MiB);
        int sentBytes = 0;
        Task sending = Task.Factory.StartNew(
            () =>
            {
                while (sentBytes < sent.Length)
                {
                    int bytes = Math.Min(8192, sent.Length - sentBytes);
                    Interlocked.Add(ref sentBytes, client.Send(sent.AsSpan(sentBytes, bytes)));
                }

                client.Shutdown(SocketShutdown.Send);
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.InRange(await SettledAsync(() => Volatile.Read(ref sentBytes)), 1, 24 * MiB);
        mayRead.SetResult();
        byte[] received = client.ReceiveToEnd();
        await sending;
        Assert.True(sent.AsSpan().SequenceEqual(received), "the echo differs");
    }

    [Fact]
    public async Task Others_are_served_while_one_does_not_read_and_another_is_not_read()
    {
        int number = 0;
        var isOver = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestServer server = Start(async connection =>
        {
            switch (Interlocked.Increment(ref number))
            {
                case 1: // never reads
                    await isOver.Task;
                    break;
                case 2: // writes without end
                    byte[] piece = new byte[64 * 1024];
                    FlushResult flush;
                    do
                    {
                        connection.Output.Write(piece);
                        flush = await connection.Output.FlushAsync();
                    }
                    while (!flush.IsCompleted);
                    break;
                default:
                    await Handlers.EchoAsync(connection);
                    break;
            }
        });
        using Socket unread = server.Connect();
        await Eventually.IsAsync(() => number == 1, "first connection");
        unread.Blocking = false;
        byte[] flood = new byte[MiB];
        for (int i = 0; i < 50; i++)
        {
            _ = unread.Send(flood, SocketFlags.None, out _);
            await Eventually.AMomentAsync(1);
        }

        using Socket unreading = server.Connect(receiveBufferBytes: 4096);
        await Eventually.IsAsync(() => number == 2, "second connection");
        using Socket lively = server.Connect();
        for (int i = 0; i < 500; i++)
        {
            lively.Send("ping"u8);
            Assert.Equal("ping"u8, lively.Receive(4));
        }

        isOver.SetResult();
    }

    [Fact]
    public async Task Replies_begun_on_one_thread_and_ended_on_another_are_whole()
    {
        await using TestServer server = TestServer.Start(
            Options with { OutputPauseBytes = 1000 }, async connection =>
            {
                int next = 0;
                for (int round = 0; round < 2000; round++)
                {
                    // On the loop's thread when bytes come; then elsewhere, before and after flushing.
                    ReadResult read = await connection.Input.ReadAsync().ConfigureAwait(false);
                    connection.Input.AdvanceTo(read.Buffer.GetPosition(1));
                    for (int i = 0; i < 5; i++)
                    {
                        Write(connection.Output, ref next, bytes: 1 + (round % 300));
                        if ((round + i) % 3 == 0) await Task.Yield();
                        Write(connection.Output, ref next, bytes: i * 7);
                        if ((round + i) % 4 != 0) await connection.Output.FlushAsync().ConfigureAwait(false);
                        if ((round + i) % 5 == 0) await Task.Yield();
                    }

                    await connection.Output.FlushAsync().ConfigureAwait(false);
                }
            });
        using Socket client = server.Connect(receiveBufferBytes: 4096);
        Task sending = Task.Run(() => client.SendAll(new byte[2000]), TestContext.Current.CancellationToken);
        byte[] received = await Task.Run(client.ReceiveToEnd, TestContext.Current.CancellationToken);
        await sending;
        long expected = Enumerable.Range(0, 2000).Sum(round => 5L * (1 + (round % 300)) + (7 * (0 + 1 + 2 + 3 + 4)));
        Assert.Equal(expected, received.Length);
        for (int i = 0; i < received.Length; i++)
            Assert.True(received[i] == (byte)(i % 251), $"byte {i} of {received.Length} differs");

        static void Write(PipeWriter output, ref int next, int bytes)
        {
            Span<byte> span = output.GetSpan(bytes);
            for (int i = 0; i < bytes; i++) span[i] = (byte)(next++ % 251);
            output.Advance(bytes);
        }
    }

    [Fact]
    public async Task Returned_buffers_are_never_sent_or_read_again()
    {
        // Returned blocks are poisoned in these tests: any byte sent or read late is 0xDB.
        await using TestServer server = Start(async connection =>
        {
            byte[] zeros = new byte[50_000];
            for (int i = 0; i < 200; i++)
            {
                ReadResult read = await connection.Input.ReadAtLeastAsync(1000);
                foreach (ReadOnlyMemory<byte> segment in read.Buffer) Assert.False(segment.Span.Contains((byte)0xDB));
                connection.Input.AdvanceTo(read.Buffer.GetPosition(1000));
                connection.Output.Write(zeros.AsSpan(0, 1 + (i * 241)));
                await connection.Output.FlushAsync();
            }
        });
        Socket[] clients = [.. Enumerable.Range(0, 6).Select(i => server.Connect(4096 << i))];
        foreach (Socket client in clients) client.SendAll(new byte[200_000]);
        byte[][] received = await Task.WhenAll(clients.Select(client => Task.Run(client.ReceiveToEnd)));
        Assert.All(received, bytes =>
        {
            Assert.Equal(Enumerable.Range(0, 200).Sum(i => 1 + (i * 241)), bytes.Length);
            Assert.Equal(-1, bytes.AsSpan().IndexOfAnyExcept((byte)0));
        });
        foreach (Socket client in clients) client.Dispose();
    }

    /// <summary>Waits until a count grows no more.</summary>
    private static async Task<long> SettledAsync(Func<long> count)
    {
        long last = 0;
        await Eventually.IsAsync(
            async () =>
            {
                last = count();
                await Eventually.AMomentAsync(300);
                return last > 0 && count() == last;
            },
            "it grows no more");
        return last;
    }
}
