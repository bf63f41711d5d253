using System.Net;
using System.Net.Sockets;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Tests.Hosting;

namespace Bitmapist.Transport.Tests.Carriers;

/// <summary>Addresses, many connections, and stopping.</summary>
public abstract class ListeningSpec(TransportKind kind, int loops) : CarrierSpec(kind, loops)
{
    [Fact]
    public async Task Listens_on_several_addresses_of_both_families()
    {
        await using TestServer server = TestServer.Start(
            Options,
            [
                new ListenPoint(new IPEndPoint(IPAddress.Loopback, 0)),
                new ListenPoint(new IPEndPoint(IPAddress.IPv6Loopback, 0), MayBeMissing: true),
                new ListenPoint(new IPEndPoint(IPAddress.IPv6Any, 0)),
            ],
            Handlers.EchoAsync);
        foreach (IPEndPoint endPoint in server.Transport.EndPoints.Cast<IPEndPoint>())
        {
            IPAddress address = endPoint.Address.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : endPoint.Address;
            using Socket client = TestServer.Connect(new IPEndPoint(address, endPoint.Port));
            client.Send("hello"u8);
            Assert.Equal("hello"u8, client.Receive(5));
        }
    }

    [Fact]
    public async Task An_address_that_the_machine_lacks_is_left_out_only_where_it_may_be()
    {
        var missing = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 0); // TEST-NET-1: nobody has it
        Assert.Throws<IOException>(() => TestServer.Start(Options, [new ListenPoint(missing)], Handlers.EchoAsync));
        Assert.Throws<IOException>(
            () => TestServer.Start(Options, [new ListenPoint(missing, MayBeMissing: true)], Handlers.EchoAsync));
        await using TestServer server = TestServer.Start(
            Options,
            [new ListenPoint(missing, MayBeMissing: true), new ListenPoint(new IPEndPoint(IPAddress.Loopback, 0))],
            Handlers.EchoAsync);
        Assert.Single(server.Transport.EndPoints);
        Assert.Contains(server.Logger.Lines, line => line.Contains("not listening on 192.0.2.1"));
    }

    [Fact]
    public async Task A_port_is_not_shared_and_free_again_at_once()
    {
        EndPoint endPoint;
        await using (TestServer server = Start(Handlers.EchoAsync))
        {
            endPoint = server.EndPoint;
            using Socket client = server.Connect();
            client.Send("hello"u8);
            client.Receive(5);
            IOException failure = Assert.Throws<IOException>(
                () => TestServer.Start(Options, [new ListenPoint(endPoint)], Handlers.EchoAsync));
            Assert.Contains(endPoint.ToString()!, failure.Message);
        }

        await using TestServer next = TestServer.Start(Options, [new ListenPoint(endPoint)], Handlers.EchoAsync);
        using Socket again = next.Connect();
        again.Send("hello"u8);
        Assert.Equal("hello"u8, again.Receive(5));
    }

    [Fact]
    public async Task Connections_know_both_ends_and_have_no_delay()
    {
        var accepted = new TaskCompletionSource<TransportConnection>(
            TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestServer server = Start(connection =>
        {
            accepted.SetResult(connection);
            return Handlers.EchoAsync(connection);
        });
        using Socket client = server.Connect();
        TransportConnection connection = await accepted.Task;
        Assert.Equal(client.LocalEndPoint, connection.RemoteEndPoint);
        Assert.Equal(client.RemoteEndPoint, connection.LocalEndPoint);
    }

    [Fact]
    public async Task A_unix_socket_carries_and_a_stale_file_is_replaced()
    {
        string path = Path.Combine(Path.GetTempPath(), $"bitmapist-{Guid.NewGuid():N}.sock");
        var endPoint = new UnixDomainSocketEndPoint(path);
        using (var killed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            killed.Bind(endPoint);
            File.Move(path, path + ".kept"); // closing removes the file by its name, which a killed server does not
        }

        File.Move(path + ".kept", path);
        await using (TestServer server = TestServer.Start(Options, [new ListenPoint(endPoint)], Handlers.EchoAsync))
        {
            using Socket client = TestServer.Connect(endPoint);
            byte[] sent = Wire.Pattern(150_000);
            Task sending = Task.Run(() => client.SendAll(sent), TestContext.Current.CancellationToken);
            Assert.Equal(sent, client.Receive(sent.Length));
            await sending;
            Assert.Throws<IOException>(
                () => TestServer.Start(Options, [new ListenPoint(endPoint)], Handlers.EchoAsync));
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task A_unix_peer_that_sends_and_closes_is_read_to_the_end()
    {
        string path = Path.Combine(Path.GetTempPath(), $"bitmapist-{Guid.NewGuid():N}.sock");
        var read = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestServer server = TestServer.Start(
            Options with { InputPauseBytes = 4096 }, [new ListenPoint(new UnixDomainSocketEndPoint(path))],
            async connection =>
            {
                await Eventually.AMomentAsync(200); // its peer has closed by now
                long bytes = 0;
                while (true)
                {
                    System.IO.Pipelines.ReadResult result = await connection.Input.ReadAsync();
                    bytes += result.Buffer.Length;
                    connection.Input.AdvanceTo(result.Buffer.End);
                    if (!result.IsCompleted) continue;
                    read.SetResult(bytes);
                    return;
                }
            });
        using (Socket client = TestServer.Connect(server.EndPoint)) client.SendAll(new byte[100_000]);
        Assert.Equal(100_000, await read.Task.WaitAsync(TestServer.Patience, TestContext.Current.CancellationToken));
        await server.NoConnectionsAsync();
    }

    [Fact]
    public async Task Stop_waits_for_handlers_and_accepts_no_more()
    {
        var mayEnd = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestServer server = Start(async connection =>
        {
            await mayEnd.Task;
            await connection.Output.WriteAsync("last words"u8.ToArray());
        });
        using Socket client = server.Connect();
        await Eventually.IsAsync(() => server.Transport.ConnectionCount == 1, "connected");
        Task stopping = server.Transport.StopAsync(TestServer.Patience);
        await Eventually.IsAsync(() => !CanConnect(server.EndPoint), "listens no more");
        Assert.False(stopping.IsCompleted);
        mayEnd.SetResult();
        Assert.Equal("last words"u8, client.ReceiveToEnd());
        await stopping.WaitAsync(TestServer.Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Stop_cuts_off_handlers_that_do_not_end()
    {
        await using TestServer server = Start(Handlers.EchoAsync);
        using Socket client = server.Connect();
        client.Send("hello"u8);
        client.Receive(5);
        await server.Transport.StopAsync(TimeSpan.FromMilliseconds(100))
            .WaitAsync(TestServer.Patience, TestContext.Current.CancellationToken);
        await server.NoConnectionsAsync();
    }

    [Fact]
    public async Task Stop_under_load_ends_every_connection()
    {
        int[] pieces = [1, 100, 5_000, 70_000];
        TestServer server = Start(Handlers.EchoAsync);
        using var stop = new CancellationTokenSource();
        Task[] clients = [.. Enumerable.Range(0, 12).Select(i => Task.Factory.StartNew(
            () => Hammer(server, Wire.Pattern(pieces[i % pieces.Length])), stop.Token,
            TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        await Eventually.AMomentAsync(300);
        await server.Transport.StopAsync(TimeSpan.Zero)
            .WaitAsync(TestServer.Patience, TestContext.Current.CancellationToken);
        await Task.WhenAll(clients).WaitAsync(TestServer.Patience, TestContext.Current.CancellationToken);
        await server.NoConnectionsAsync();
        Assert.DoesNotContain(server.Logger.Lines, line => line.StartsWith("Critical", StringComparison.Ordinal));
    }

    /// <summary>Connects, exchanges and goes, over and over, until the server is no more.</summary>
    private static void Hammer(TestServer server, byte[] piece)
    {
        try
        {
            while (true)
            {
                using Socket client = server.Connect();
                for (int i = 0; i < 20; i++)
                {
                    client.SendAll(piece);
                    byte[] echo = new byte[piece.Length];
                    int at = 0;
                    while (at < echo.Length && client.Receive(echo.AsSpan(at)) is > 0 and var bytes) at += bytes;
                    if (at < echo.Length) return; // the server closed
                    Assert.Equal(piece, echo);
                }
            }
        }
        catch (SocketException)
        {
            // The server has stopped.
        }
    }

    private static bool CanConnect(EndPoint endPoint)
    {
        try
        {
            using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(endPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
