using System.Net;
using System.Net.Sockets;
using System.Text;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Server.Connections;
using Bitmapist.Server.Dispatch;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;
using Bitmapist.Transport;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Server.Tests.Connections;

/// <summary>Accepting: no client too many.</summary>
public abstract class ListenerTests : IAsyncDisposable
{
    private const string Refusal = "-ERR max number of clients reached\r\n";
    private readonly RecordingLogger _logger = new();
    private readonly ServerState _server;
    private readonly int _port = ServerProcess.FreePort();
    private Listener? _listener;

    protected ListenerTests(TransportKind kind)
    {
        var options = new ServerOptions
        {
            Addresses = [new ListenAddress(IPAddress.Loopback, _port)], IoTransport = kind,
        };
        var store = new KeyspaceStore(options.Databases, TimeProvider.System);
        _server = new ServerState(options, store, null, TimeProvider.System, _logger, CommandList.Table.Count);
    }

    public async ValueTask DisposeAsync()
    {
        if (_listener is not null) await _listener.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Exactly_as_many_as_there_are_places_are_served_however_many_connect_at_once()
    {
        const int Places = 20;
        const int Clients = 300;
        Listen(Places);
        RawConnection[] clients = await Task.WhenAll(
            Enumerable.Range(0, Clients).Select(_ => Task.Run(() => RawConnection.ConnectAsync(_port))));
        // A refused client hears it without having asked anything.
        Task<byte[]>[] farewells = [.. clients.Select(client => client.ReceiveUntilClosedAsync())];
        for (int i = 0; farewells.Count(farewell => farewell.IsCompleted) < Clients - Places; i++)
        {
            Assert.True(i < 4000, "too many are served");
            await Eventually.AMomentAsync(5);
        }

        // Those with a place are served by threads of the pool, which may be busy refusing yet.
        await Eventually.IsAsync(() => _server.Clients.Count == Places, "all with a place are served");
        Assert.Equal(Places, _server.Clients.Accepted);
        Assert.Equal(Clients - Places, _server.Clients.Rejected);
        for (int i = 0; i < Clients; i++)
        {
            if (farewells[i].IsCompleted) Assert.Equal(Refusal, Encoding.ASCII.GetString(await farewells[i]));
            else await clients[i].SendAsync("QUIT");
        }

        Assert.Equal(
            Places, (await Task.WhenAll(farewells)).Count(farewell => farewell.AsSpan().SequenceEqual("+OK\r\n"u8)));
        foreach (RawConnection client in clients) client.Dispose();
    }

    [Fact]
    public async Task Places_are_free_again_when_their_clients_have_gone()
    {
        Listen(places: 3);
        for (int round = 0; round < 20; round++)
        {
            RawConnection[] clients = new RawConnection[3];
            for (int i = 0; i < clients.Length; i++) clients[i] = await ConnectAsync();
            using (RawConnection late = await RawConnection.ConnectAsync(_port))
                Assert.Equal(Refusal, Encoding.ASCII.GetString(await late.ReceiveUntilClosedAsync()));
            for (int i = 0; i < clients.Length; i++)
            {
                if ((round + i) % 2 == 0) clients[i].Reset();
                else clients[i].Dispose();
            }
        }
    }

    [Fact]
    public async Task A_lower_limit_keeps_who_is_there_and_refuses_who_comes()
    {
        Listen(places: 3);
        using RawConnection first = await ConnectAsync();
        using RawConnection second = await ConnectAsync();
        Assert.Equal("+OK", ReplyText.Render(await first.AskAsync("CONFIG SET maxclients 1")));
        using (RawConnection late = await RawConnection.ConnectAsync(_port))
            Assert.Equal(Refusal, Encoding.ASCII.GetString(await late.ReceiveUntilClosedAsync()));
        Assert.Equal("+PONG", ReplyText.Render(await second.AskAsync("PING")));
        Assert.Equal("+OK", ReplyText.Render(await first.AskAsync("CONFIG SET maxclients 3")));
        using RawConnection third = await ConnectAsync();
    }

    [Theory]
    [InlineData(24, 1)] // EMFILE
    [InlineData(105, 1)] // ENOBUFS
    [InlineData(103, 0)] // ECONNABORTED: one client's, and no reason to pause
    [InlineData(9999, 1)] // something that nobody thought of
    public async Task Accepting_goes_on_after_any_failure(int error, int lines)
    {
        int failures = 0;
        Listen(places: 10, () => Interlocked.Increment(ref failures) <= 3 ? error : 0);
        using RawConnection client = await ConnectAsync();
        Assert.Equal(lines, _logger.Lines.Count(IsAboutAccepting)); // one line a minute
    }

    [Fact]
    public async Task Accepting_does_not_spin_while_the_system_has_no_descriptors()
    {
        const int NoDescriptors = 24; // EMFILE
        int attempts = 0;
        // By the clock of timers, whose milliseconds are whole: by a finer one a pause may seem shorter than it is.
        long startedAtMs = Environment.TickCount64;
        Listen(places: 10, () =>
        {
            Interlocked.Increment(ref attempts);
            return NoDescriptors;
        });
        using RawConnection waiting = await RawConnection.ConnectAsync(_port);
        await Eventually.IsAsync(() => Volatile.Read(ref attempts) >= 4, "it is tried again");
        int made = Volatile.Read(ref attempts);
        TimeSpan elapsed = TimeSpan.FromMilliseconds(Environment.TickCount64 - startedAtMs);
        Bounds.AtMost((long)(elapsed / TransportLimits.AcceptPause) + 1, made);
        Assert.Single(_logger.Lines, IsAboutAccepting);
    }

    private static bool IsAboutAccepting(string line) =>
        line.Contains("connections cannot be accepted just now", StringComparison.Ordinal);

    private void Listen(int places, Func<int>? acceptError = null)
    {
        _server.ClientsMax = places;
        _listener = Listener.Bind(_server, _logger, options => options with { AcceptError = acceptError });
        _listener.Start();
    }

    /// <summary>Connects and gets a place, for which it may have to try: one that was given up is free a moment
    /// later.</summary>
    private async Task<RawConnection> ConnectAsync()
    {
        for (int attempt = 0; ; attempt++)
        {
            RawConnection client = await RawConnection.ConnectAsync(_port);
            try
            {
                string reply = ReplyText.Render(await client.AskAsync("PING"));
                if (reply == "+PONG") return client;
                Assert.True(attempt < 1000, reply);
            }
            catch (Exception failure) when (failure is EndOfStreamException or SocketException)
            {
                // It was refused, and the server closed before it had read the request.
                Assert.True(attempt < 1000, failure.Message);
            }

            client.Dispose();
            await Eventually.AMomentAsync(5);
        }
    }
}

public sealed class AutoListenerTests() : ListenerTests(TransportKind.Auto);

public sealed class EpollListenerTests() : ListenerTests(TransportKind.Epoll);

public sealed class PipelinesListenerTests() : ListenerTests(TransportKind.Pipelines);
