using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Testing.Servers;

/// <summary>
/// A server started as a child process, with what it wrote kept for messages. Only this child is ever signalled, and it
/// does not outlive the test run. Not for use by several threads, except <see cref="Output"/>.
/// </summary>
public sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    /// <summary>Starts an executable; it need not be ready when this returns.</summary>
    public ServerProcess(string executable, IEnumerable<string> arguments, string workingFolder)
    {
        ProcessStartInfo start = new(executable, arguments)
        {
            WorkingDirectory = workingFolder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        AppDomain.CurrentDomain.ProcessExit += EndWithTests;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The exit code; 128 + n after signal n.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Lines written to stdout and stderr so far.</summary>
    public string Output
    {
        get { lock (_output) return _output.ToString(); }
    }

    /// <summary>A port of the loopback address that was free a moment ago.</summary>
    public static int FreePort()
    {
        using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    /// <summary>Waits until the server answers PING with PONG; false if it ended before.</summary>
    /// <exception cref="TimeoutException">It lives but does not answer within <see
    /// cref="Limits.StartStopMs"/>.</exception>
    public bool WaitForPong(int port)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!_process.HasExited)
        {
            if (AnswersPong(port)) return true;
            if (waited.ElapsedMilliseconds > Limits.StartStopMs)
                throw new TimeoutException($"No PONG on port {port} in {Limits.StartStopMs} ms. It wrote:\n{Output}");
            Thread.Sleep(5);
        }
        _process.WaitForExit();
        return false;
    }

    /// <summary>Waits for the end of the process and of its output; returns the exit code.</summary>
    /// <exception cref="TimeoutException">It is still running after <see cref="Limits.StartStopMs"/>.</exception>
    public int WaitForExit()
    {
        if (!_process.WaitForExit(Limits.StartStopMs))
            throw new TimeoutException($"Still running after {Limits.StartStopMs} ms. It wrote:\n{Output}");
        _process.WaitForExit(); // The overload without a limit also waits for the last lines of output.
        return _process.ExitCode;
    }

    /// <summary>Sends a signal, for instance 15 for SIGTERM.</summary>
    public void Signal(int number)
    {
        if (!_process.HasExited && SendSignal(_process.Id, number) != 0)
            throw new InvalidOperationException($"kill({_process.Id}, {number}) failed.");
    }

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= EndWithTests;
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    private static bool AnswersPong(int port)
    {
        try
        {
            using RawConnection connection = RawConnection.ConnectAsync(port).GetAwaiter().GetResult();
            return ReplyText.Render(connection.AskAsync("PING").GetAwaiter().GetResult()) == "+PONG";
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException)
        {
            return false;
        }
    }

    private void Keep(string? line)
    {
        if (line == null) return;
        lock (_output) _output.AppendLine(line);
    }

    private void EndWithTests(object? sender, EventArgs e) => _process.Kill();

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}
