using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Bitmapist.Resp.Tests.Redis;

/// <summary>
/// A redis-server of the tests' own on a free loopback port, without files, killed at the end; or, where redis-server
/// is not installed, the reason to skip.
/// </summary>
public class RedisServer : IDisposable
{
    private const int ReplyTimeoutMs = 10_000;

    private readonly Process? _process;
    private readonly int _port;

    public RedisServer()
        : this([])
    {
    }

    protected RedisServer(string[] options)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string? program = folders.Select(folder => Path.Combine(folder, "redis-server")).FirstOrDefault(File.Exists);
        if (program is null) return;

        _port = FreePort();
        string port = _port.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(program,
            ["--port", port, "--bind", "127.0.0.1", "--save", "", "--enable-debug-command", "yes", .. options])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        Eventually.Is(Answers, "redis-server answers");
    }

    /// <summary>
    /// Sends bytes as they are over a connection of their own, says that no more will come, and returns all that Redis
    /// answers before it closes.
    /// </summary>
    public async Task<byte[]> ExchangeAsync(byte[] stream, CancellationToken cancellationToken)
    {
        Prerequisite.Require(_process is not null, "redis-server is not installed: apt-get install redis-server");
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ReplyTimeoutMs);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _port, timeout.Token);
        await socket.SendAsync(stream, timeout.Token);
        socket.Shutdown(SocketShutdown.Send);

        var replies = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        while (true)
        {
            int receivedBytes = await socket.ReceiveAsync(buffer, timeout.Token);
            if (receivedBytes == 0) return replies.ToArray();
            replies.Write(buffer, 0, receivedBytes);
        }
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    private bool Answers()
    {
        Assert.False(_process!.HasExited, "redis-server ends at once");
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, _port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
