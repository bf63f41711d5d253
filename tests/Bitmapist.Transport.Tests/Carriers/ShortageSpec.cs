using System.Net.Sockets;
using Bitmapist.Transport.Tests.Hosting;

namespace Bitmapist.Transport.Tests.Carriers;

/// <summary>Many connections, and none left to be had.</summary>
[Collection(Alone.Name)]
public abstract class ShortageSpec(TransportKind kind, int loops) : CarrierSpec(kind, loops)
{
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
        await TestServer.UntilAsync(() => server.Transport.ConnectionCount == count, "all accepted");
        foreach (Socket client in clients) client.Send("ping"u8);
        foreach (Socket client in clients) client.Receive(4);
        long each = (GC.GetTotalMemory(forceFullCollection: true) - before) / count;
        Assert.InRange(each, long.MinValue, IdleBytesMax);
        foreach (Socket client in clients) client.Dispose();
        await server.NoConnectionsAsync();
    }

    [Fact]
    public async Task Without_descriptors_accepting_pauses_and_goes_on_later()
    {
        const int NoDescriptors = 24; // EMFILE; really having none fails the runtime that runs these tests
        int isShort = 0, attempts = 0;
        await using TestServer server = TestServer.Start(
            Options with
            {
                AcceptShortage = () =>
                {
                    attempts++;
                    return Volatile.Read(ref isShort) == 0 ? 0 : NoDescriptors;
                },
            },
            Handlers.EchoAsync);
        using Socket early = server.Connect();
        early.Send("ping"u8);
        early.Receive(4);
        Volatile.Write(ref isShort, 1);
        Socket[] late = [.. Enumerable.Range(0, 5).Select(_ => server.Connect())]; // into the system's backlog
        await TestServer.UntilAsync(
            () => server.Logger.Lines.Any(line => line.Contains("accepting nothing for a moment")), "a pause");
        int before = attempts;
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.InRange(attempts - before, 1, 6); // one each tenth of a second, and no more
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
}
