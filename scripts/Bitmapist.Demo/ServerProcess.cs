using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Bitmapist.Demo;

/// <summary>
/// A server of this demo's own, on a free loopback port; started when first needed, and again after a kill.
/// </summary>
internal sealed class ServerProcess(string executable, string databasePath) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly int _port = FreePort();
    private Process? _process;

    public RespClient Connect()
    {
        _process ??= Start();
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new RespClient(_port);
            }
            catch (SocketException) when (!_process.HasExited && Stopwatch.GetElapsedTime(started) < s_patience)
            {
                Thread.Sleep(20);
            }
        }
    }

    /// <summary>SIGKILL: nothing in the server gets to run any more.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        if (_process is not null) Kill();
    }

    private Process Start() =>
        Process.Start(new ProcessStartInfo(executable, ["-addr", $"127.0.0.1:{_port}", "-db", databasePath])
        {
            RedirectStandardError = false,
        }) ?? throw new InvalidOperationException($"{executable} did not start.");

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
