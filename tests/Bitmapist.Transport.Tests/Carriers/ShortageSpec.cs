using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.Sockets;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Tests.Hosting;

namespace Bitmapist.Transport.Tests.Carriers;

/// <summary>Many connections, and none left to be had.</summary>
[Collection(Alone.Name)]
public abstract class ShortageSpec(TransportKind kind, int loops) : CarrierSpec(kind, loops)
{
    private const int MiB = 1024 * 1024;

    /// <summary>
    /// Bytes of objects that an idle connection may cost. Its client, in the same process, is some of it; a buffer for
    /// each would be 16 KiB.
    /// </summary>
    protected virtual int IdleBytesMax => 6_000;

    [Fact]
    public async Task Many_idle_connections_cost_little_and_are_all_there()
    {
        int count = Descriptors.Spare(perConnection: 2, most: 10_000);
        Assert.InRange(count, 400, 10_000); // 400: the usual limit of 1,024 descriptors
        await using TestServer server = Start(Handlers.EchoAsync);
        using (Socket first = server.Connect())
        {
            first.Send("ping"u8);
            first.Receive(4);
        }

        await server.NoConnectionsAsync();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var clients = new Socket[count];
        for (int i = 0; i < count; i++) clients[i] = server.Connect();
        await Eventually.IsAsync(() => server.Transport.ConnectionCount == count, "all accepted");
        foreach (Socket client in clients) client.Send("ping"u8);
        foreach (Socket client in clients) client.Receive(4);
        long each = (GC.GetTotalMemory(forceFullCollection: true) - before) / count;
        Bounds.AtMost(IdleBytesMax, each);
        foreach (Socket client in clients) client.Dispose();
        await server.NoConnectionsAsync();
    }

    [Fact]
    public async Task Small_replies_to_a_client_that_does_not_read_cost_no_buffer_each()
    {
        long written = 0;
        await using TestServer server = TestServer.Start(
            Options with { OutputPauseBytes = 4 * MiB }, async connection =>
            {
                byte[] reply = ":1\r\n"u8.ToArray();
                while (true)
                {
                    connection.Output.Write(reply);
                    ValueTask<FlushResult> flush = connection.Output.FlushAsync();
                    if (!flush.IsCompleted || Interlocked.Add(ref written, reply.Length) > 3 * MiB)
                    {
                        await flush;
                        await connection.Input.ReadAsync();
                        return;
                    }
                }
            });
        long before = GC.GetTotalMemory(forceFullCollection: true);
        using Socket client = server.Connect(receiveBufferBytes: 4096);
        await Eventually.IsAsync(() => Interlocked.Read(ref written) >= 3 * MiB, "replies written");
        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        // 786,432 flushes of 4 bytes: a buffer each would be 12 GiB.
        Bounds.AtMost(24 * MiB, grown);
        byte[] all = client.Receive(3 * MiB);
        Assert.Equal(":1\r\n:1\r\n"u8, all.AsSpan(0, 8));
    }

    [Fact]
    public async Task Without_descriptors_accepting_pauses_and_goes_on_later()
    {
        const int NoDescriptors = 24; // EMFILE; really having none fails the runtime that runs these tests
        int isShort = 0, attempts = 0;
        await using TestServer server = TestServer.Start(
            Options with
            {
                AcceptError = () =>
                {
                    Interlocked.Increment(ref attempts);
                    return Volatile.Read(ref isShort) == 0 ? 0 : NoDescriptors;
                },
            },
            Handlers.EchoAsync);
        using Socket early = server.Connect();
        early.Send("ping"u8);
        early.Receive(4);
        Volatile.Write(ref isShort, 1);
        Socket[] late = [.. Enumerable.Range(0, 5).Select(_ => server.Connect())]; // into the system's backlog
        await Eventually.IsAsync(() => server.Logger.Lines.Any(IsPause), "a pause");
        long startedAt = Stopwatch.GetTimestamp();
        int before = Volatile.Read(ref attempts);
        await Eventually.IsAsync(() => Volatile.Read(ref attempts) >= before + 4, "it is tried again");
        int since = Volatile.Read(ref attempts) - before;
        // However long that took: one each tenth of a second, and no more.
        Bounds.AtMost((long)(Stopwatch.GetElapsedTime(startedAt) / TransportLimits.AcceptPause) + 1, since);
        Assert.Single(server.Logger.Lines, IsPause); // a line a minute
        early.Send("pong"u8);
        Assert.Equal("pong"u8, early.Receive(4));
        Volatile.Write(ref isShort, 0);
        foreach (Socket client in late)
        {
            client.Send("ping"u8);
            Assert.Equal("ping"u8, client.Receive(4));
            client.Dispose();
        }
    }

    [Theory]
    [InlineData(24, 1)] // EMFILE
    [InlineData(105, 1)] // ENOBUFS
    [InlineData(9999, 1)] // something that nobody thought of
    [InlineData(103, 0)] // ECONNABORTED: that connection's own, and no reason to pause
    public async Task Accepting_goes_on_after_any_failure(int error, int lines)
    {
        int failures = 0;
        await using TestServer server = TestServer.Start(
            Options with { AcceptError = () => Interlocked.Increment(ref failures) <= 3 ? error : 0 },
            Handlers.EchoAsync);
        using Socket client = server.Connect();
        client.Send("ping"u8);
        Assert.Equal("ping"u8, client.Receive(4));
        Assert.Equal(lines, server.Logger.Lines.Count(IsPause));
    }

    [Fact]
    public async Task Who_is_not_admitted_is_told_and_costs_no_place()
    {
        int places = 5, refused = 0;
        await using TestServer server = TestServer.Start(
            Options with
            {
                Admit = () =>
                {
                    if (Interlocked.Decrement(ref places) >= 0) return true;
                    Interlocked.Increment(ref places);
                    Interlocked.Increment(ref refused);
                    return false;
                },
                Refusal = "-full\r\n"u8.ToArray(),
            },
            async connection =>
            {
                await Handlers.EchoAsync(connection);
                Interlocked.Increment(ref places);
            });
        Socket[] served = [.. Enumerable.Range(0, 5).Select(_ => server.Connect())];
        foreach (Socket client in served)
        {
            client.Send("ping"u8);
            Assert.Equal("ping"u8, client.Receive(4));
        }

        for (int i = 1; i <= 100; i++)
        {
            using Socket late = server.Connect();
            late.Send("ping"u8);
            Assert.Equal("-full\r\n"u8, late.Receive(7));
            Assert.Equal(i, refused);
        }

        Assert.Equal(5, server.Transport.ConnectionCount);
        foreach (Socket client in served) client.Dispose();
        await Eventually.IsAsync(() => Volatile.Read(ref places) == 5, "places given back");
    }

    private static bool IsPause(string line) => line.Contains("connections cannot be accepted just now");
}
