using System.Net;
using System.Net.Sockets;

namespace Bitmapist.Client.Tests.Connections;

/// <summary>
/// A server that does what a test says, on a free loopback port. The script runs once per connection, beside others;
/// the handshake is answered before it. What a script asserts in vain is thrown by <see cref="DisposeAsync"/>.
/// </summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<FakeSession, Task> _script;
    private readonly Func<int, string> _greet;
    private readonly List<Task> _sessions = [];
    private readonly List<FakeSession> _open = [];
    private readonly Task _accepting;
    private volatile bool _isStopping;

    /// <param name="script">What the server does on each connection.</param>
    /// <param name="port">Where it listens; 0: anywhere.</param>
    /// <param name="greet">What it answers to the handshake's PING, by the connection's number; null: PONG.</param>
    public FakeServer(Func<FakeSession, Task> script, int port = 0, Func<int, string>? greet = null)
    {
        _script = script;
        _greet = greet ?? (_ => "+PONG\r\n");
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections accepted so far.</summary>
    public int Connections { get; private set; }

    /// <summary>Short delays, so that tests of failure need not take long; time enough for a busy machine.</summary>
    public BitmapistOptions Options(int responseTimeoutMs = 30_000) => new()
    {
        Host = "127.0.0.1", Port = Port, ResponseTimeoutMs = responseTimeoutMs, ReconnectDelayMs = 5,
        ReconnectDelayMaxMs = 40,
    };

    public ValueTask<ServerConnection> ConnectAsync(int responseTimeoutMs = 30_000) =>
        ServerConnection.ConnectAsync(Options(responseTimeoutMs), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        _listener.Stop();
        await _accepting;
        foreach (FakeSession session in _open) session.Dispose();
        await Task.WhenAll(_sessions);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync();
                var session = new FakeSession(socket, ++Connections);
                _open.Add(session);
                _sessions.Add(Task.Run(() => RunAsync(session)));
            }
        }
        catch (Exception failure) when (
            failure is SocketException or ObjectDisposedException or InvalidOperationException && _isStopping)
        {
            // Stopped while it waited, or before it came to.
        }
    }

    private async Task RunAsync(FakeSession session)
    {
        try
        {
            while (await session.ReadAsync() is not ["PING"]) await session.SendAsync("-ERR unknown command\r\n");
            await session.SendAsync(_greet(session.Number));
            await _script(session);
        }
        catch (Exception failure) when (
            failure is SocketException or ObjectDisposedException or EndOfStreamException || _isStopping)
        {
            // The client went away, or the test did.
        }
        finally
        {
            session.Dispose();
        }
    }
}
