using System.Net;
using System.Net.Sockets;
using Bitmapist.Testing.Files;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>A host with several addresses: one that swallows packets must not take the others' time.</summary>
public sealed class AddressTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_address_that_swallows_packets_leaves_time_for_the_next()
    {
        Prerequisite.Require(OperatingSystem.IsLinux(), "Linux, which has all of 127.0.0.0/8.");
        await using var server = new FakeServer(session => session.SilenceAsync());
        int port = server.Options().Port;
        using Socket deaf = Deaf(new IPEndPoint(IPAddress.Parse("127.0.0.2"), port), out List<Socket> queued);
        try
        {
            var options = new BitmapistOptions { Host = "two.addresses", Port = port };
            var time = new ManualTime();
            long start = time.GetTimestamp();
            var attempt = new Attempt(time, start + 100, _ => [IPAddress.Parse("127.0.0.2"), IPAddress.Loopback]);
            Task<Dialed> dialing = Task.Factory.StartNew(
                () => new Dialer(options, NullLogger.Instance).Connect(attempt), Cancel,
                TaskCreationOptions.LongRunning, TaskScheduler.Default);
            await Eventually.IsAsync(
                () =>
                {
                    attempt.Look(start + 50); // half of its time, which is the first address's share
                    return dialing.IsCompleted;
                },
                "the second address is tried");
            Dialed dialed = await dialing;
            using Socket socket = dialed.Socket;
            Assert.Equal(new IPEndPoint(IPAddress.Loopback, port), socket.RemoteEndPoint);
            attempt.Look(start + 101); // over: nothing is closed any more
            Assert.True(socket.Connected);
            Assert.False(attempt.IsTimedOut);
        }
        finally
        {
            queued.ForEach(each => each.Dispose());
        }
    }

    [Fact]
    public void The_last_address_has_all_the_time_that_is_left()
    {
        var time = new ManualTime();
        long start = time.GetTimestamp();
        var attempt = new Attempt(time, start + 100);
        using Socket first = NewSocket(), last = NewSocket();
        attempt.Use(first, addresses: 2);
        attempt.Look(start + 49);
        Assert.False(first.SafeHandle.IsClosed);
        attempt.Look(start + 50);
        Assert.True(first.SafeHandle.IsClosed);
        Assert.False(attempt.TryKeep());
        attempt.Use(last, addresses: 1);
        attempt.Look(start + 99);
        Assert.False(last.SafeHandle.IsClosed);
        attempt.Look(start + 100);
        Assert.True(last.SafeHandle.IsClosed);
        Assert.True(attempt.IsTimedOut);
        Assert.Throws<SocketException>(() => attempt.Use(NewSocket(), addresses: 1));
    }

    [Fact]
    public void A_connection_that_was_made_in_its_share_is_kept()
    {
        var time = new ManualTime();
        long start = time.GetTimestamp();
        var attempt = new Attempt(time, start + 100);
        using Socket socket = NewSocket();
        attempt.Use(socket, addresses: 2);
        Assert.True(attempt.TryKeep());
        attempt.Look(start + 99); // TLS and handshake may take the rest
        Assert.False(socket.SafeHandle.IsClosed);
    }

    /// <summary>Listens, but its queue is full: a connection to it is neither made nor refused.</summary>
    private static Socket Deaf(IPEndPoint place, out List<Socket> queued)
    {
        Socket listener = NewSocket();
        listener.Bind(place);
        listener.Listen(0);
        queued = [];
        for (int i = 0; i < 8; i++)
        {
            Socket client = NewSocket();
            client.Blocking = false;
            queued.Add(client);
            try
            {
                client.Connect(place);
            }
            catch (SocketException)
            {
                // Would block: it is under way, and waits in the queue or for room in it.
            }
        }

        return listener;
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}
