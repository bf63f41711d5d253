using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Bitmapist.Host.Systemd;

/// <summary>
/// Tells a service manager how the server is: datagrams to the socket that NOTIFY_SOCKET names, sd_notify(3). Without
/// that variable nothing is sent. A message that cannot be sent is dropped: the manager's part is to notice, the
/// server's to go on. Thread-safe.
/// </summary>
internal sealed class ServiceNotifier : IDisposable
{
    private const int SendTimeoutMs = 1000; // a manager that reads nothing must not hold the server up
    private const int PathBytesMax = 108; // sun_path of unix(7)
    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _manager;
    private bool _isStopping;

    private ServiceNotifier(string? path)
    {
        // "@" stands for the zero byte that names of the abstract namespace begin with, unix(7).
        if (path is not ['/' or '@', ..] || Encoding.UTF8.GetByteCount(path) >= PathBytesMax) return;
        _manager = new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path);
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified)
        {
            SendTimeout = SendTimeoutMs,
        };
    }

    /// <summary>
    /// How long the manager waits for a sign of life before it kills the server; null: it does not watch.
    /// </summary>
    public TimeSpan? WatchdogTimeout { get; private init; }

    /// <summary>The notifier that the environment asks for.</summary>
    public static ServiceNotifier Of(Func<string, string?> variables) => new(variables("NOTIFY_SOCKET"))
    {
        WatchdogTimeout = WatchdogOf(variables),
    };

    /// <summary>The server serves, or begins to.</summary>
    public void Ready(string status) => Send($"READY=1\nSTATUS={OneLine(status)}");

    /// <summary>What the server is doing, in a line for <c>systemctl status</c>.</summary>
    public void Status(string text)
    {
        if (!Volatile.Read(ref _isStopping)) Send($"STATUS={OneLine(text)}");
    }

    /// <summary>The server is being stopped.</summary>
    public void Stopping()
    {
        Send("STOPPING=1\nSTATUS=stopping");
        Volatile.Write(ref _isStopping, true);
    }

    /// <summary>The server is alive.</summary>
    public void Alive() => Send("WATCHDOG=1");

    public void Dispose() => _socket?.Dispose();

    private static TimeSpan? WatchdogOf(Func<string, string?> variables)
    {
        // WATCHDOG_PID: the variables may be those of a parent that the manager watches, sd_watchdog_enabled(3).
        bool isOthers = variables("WATCHDOG_PID") is { Length: > 0 } id
            && id != Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        bool isGiven = long.TryParse(
            variables("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds);
        return isGiven && !isOthers && microseconds > 0 ? TimeSpan.FromMicroseconds(microseconds) : null;
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private void Send(string message)
    {
        if (_socket is null) return;
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(message), _manager!);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // As above.
        }
    }
}
