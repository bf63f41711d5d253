using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.Benchmarks;

/// <summary>A server process under test: a carrier with the fixed reply, or redis-server.</summary>
internal sealed class Contender : IDisposable
{
    private const double ClockTicksPerSecond = 100; // USER_HZ, fixed on every Linux architecture .NET runs on
    private readonly Process _process;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitmapist-bench-");

    /// <param name="name">
    /// redis; a carrier with the fixed reply, perhaps with a number of loops (epoll:2); or a build of the server under
    /// any name: NAME=EXECUTABLE FLAG...
    /// </param>
    public Contender(string name)
    {
        Name = name.Split('=')[0];
        Port = FreePort();
        ProcessStartInfo start = Command(name, Port.ToString(CultureInfo.InvariantCulture));
        start.WorkingDirectory = _folder.FullName;
        start.RedirectStandardInput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardOutput = true;
        // What the executable sets for itself.
        start.Environment["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1";
        start.Environment["DOTNET_TieredPGO"] = "1";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        AwaitListening();
    }

    public string Name { get; }

    public int Port { get; }

    /// <summary>CPU seconds the process has used.</summary>
    public double CpuSeconds
    {
        get
        {
            string stat = File.ReadAllText($"/proc/{_process.Id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (Ticks(fields[11]) + Ticks(fields[12])) / ClockTicksPerSecond;
        }
    }

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            string line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmRSS:"));
            ReadOnlySpan<char> kilobytes = line.AsSpan(6, line.Length - 9);
        return long.Parse(kilobytes, NumberStyles.Integer, CultureInfo.InvariantCulture) * 1024;
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close(); // which ends a carrier
        if (!_process.WaitForExit(TimeSpan.FromMilliseconds(500))) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static ProcessStartInfo Command(string name, string port)
    {
        if (name == "redis")
            return new("redis-server", ["--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        if (name.Split('=', 2) is [_, var command])
        {
            string[] words = command.Split(' ');
            return new(words[0], [.. words[1..], "-addr", $"127.0.0.1:{port}", "-save", "0"]);
        }

        string[] parts = name.Split(':');
        return new(Environment.ProcessPath!, ["serve", parts[0], port, parts.Length > 1 ? parts[1] : "1"]);
    }

    private void AwaitListening()
    {
        long giveUpAt = Environment.TickCount64 + 30_000;
        while (true)
        {
            try
            {
                using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                probe.Connect(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException) when (Environment.TickCount64 < giveUpAt && !_process.HasExited)
            {
                Thread.Sleep(5);
            }
        }
    }

    private static double Ticks(string field) => double.Parse(field, CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
