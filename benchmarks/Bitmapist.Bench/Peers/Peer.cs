using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Bitmapist.Bench.Peers;

/// <summary>
/// A server under test: a process of this benchmark's own, on a free loopback port, with a directory for its files.
/// </summary>
internal sealed class Peer : IDisposable
{
    private const double ClockTicksPerSecond = 100; // USER_HZ, fixed on every Linux architecture .NET runs on
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly ConcurrentDictionary<Peer, bool> s_running = new();
    private static volatile bool s_isStopping;

    private readonly PeerKind _kind;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bitmapist-bench-");
    private Process? _process;

    /// <param name="kind">What to start.</param>
    /// <param name="prepare">Puts files into its directory first.</param>
    public Peer(PeerKind kind, Action<string>? prepare = null)
    {
        _kind = kind;
        s_running[this] = true;
        try
        {
            prepare?.Invoke(_directory.FullName);
            Start();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Name => _kind.Name;

    public PeerKind Kind => _kind;

    public int Port { get; } = FreePort();

    /// <summary>CPU seconds the process has used, all threads, in user and kernel mode.</summary>
    public double CpuSeconds
    {
        get
        {
            string stat = File.ReadAllText($"/proc/{_process!.Id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // the name may hold anything
            return (Ticks(fields[11]) + Ticks(fields[12])) / ClockTicksPerSecond;
        }
    }

    /// <summary>Bytes of the files in the server's directory.</summary>
    public long DiskBytes => _directory.EnumerateFiles().Sum(file => file.Length);

    /// <summary>Bytes of our own server's database file; 0 when there is none.</summary>
    public long DatabaseBytes
    {
        get
        {
            var file = new FileInfo(Path.Combine(_directory.FullName, PeerKind.DatabaseName));
            return file.Exists ? file.Length : 0;
        }
    }

    /// <summary>Threads of the process.</summary>
    public int ThreadCount => Directory.GetDirectories($"/proc/{_process!.Id}/task").Length;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>How long the last start took, from before exec to the first PONG.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            string line = File.ReadLines($"/proc/{_process!.Id}/status").First(line => line.StartsWith("VmRSS:"));
            ReadOnlySpan<char> kib = line.AsSpan(6, line.Length - 9); // "VmRSS:    1234 kB"
            return long.Parse(kib, NumberStyles.Integer, CultureInfo.InvariantCulture) * 1024;
        }
    }

    /// <summary>
    /// Starts the process, on the files of the last one if there was one, and waits for its first PONG.
    /// </summary>
    /// <returns>The time from before exec to the PONG.</returns>
    public TimeSpan Start()
    {
        var start = new ProcessStartInfo(_kind.Executable, _kind.Arguments(Port, _directory.FullName))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _directory.FullName,
        };
        foreach ((string name, string value) in _kind.Environment) start.Environment[name] = value;
        long startedAt = Stopwatch.GetTimestamp();
        try
        {
            if (s_isStopping) throw new IOException("The benchmark is being stopped.");
            _process = Process.Start(start)!;
        }
        catch (Win32Exception failure)
        {
            throw new IOException($"{_kind.Executable}: {failure.Message}", failure);
        }

        var output = new List<string>();
        void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (output) output.Add(line.Data ?? "");
        }

        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        while (!AnswersPing())
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(startedAt) > s_patience)
            {
                lock (output) throw new IOException($"{Name} did not start: {string.Join('\n', output)}");
            }

            Thread.Sleep(1);
        }

        return StartTime = Stopwatch.GetElapsedTime(startedAt);
    }

    public CommandClient Connect() => new(Port);

    /// <summary>Asks the process to save and stop, and waits until it has.</summary>
    public void SaveAndStop()
    {
        using (CommandClient client = Connect()) client.Send("SHUTDOWN", "SAVE");
        if (!_process!.WaitForExit(s_patience)) throw new IOException($"{Name} did not stop.");
        _process.Dispose();
        _process = null;
    }

    /// <summary>Ends the process as a crash would.</summary>
    public void Kill()
    {
        _process!.Kill(entireProcessTree: true); // a Redis that saves has a child
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Ends every server and removes its files: for when this program is asked to stop.</summary>
    public static void DisposeAll()
    {
        s_isStopping = true;
        foreach (Peer peer in s_running.Keys) peer.Dispose();
    }

    public void Dispose()
    {
        if (!s_running.TryRemove(this, out _)) return;
        if (_process is not null) Kill();

        _directory.Delete(recursive: true);
    }

    private bool AnswersPing()
    {
        try
        {
            using CommandClient client = Connect();
            client.Send("PING");
            return client.ReadLine() == "+PONG";
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            return false;
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
