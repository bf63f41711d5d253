using Bitmapist.Testing.Servers;

namespace Bitmapist.Crash;

/// <summary>Starts the executable under test, as a server or for one of its sub-commands.</summary>
internal sealed class Launcher(string executable)
{
    private const int Attempts = 4; // between finding a free port and listening on it, another process may take it

    /// <summary>Starts a process and returns at once.</summary>
    public ServerProcess Launch(string folder, params string[] arguments) => new(executable, arguments, folder);

    /// <summary>Starts a server and waits for its first PONG.</summary>
    /// <exception cref="CrashTestException">It does not start.</exception>
    public RunningServer Serve(string databasePath, params string[] arguments)
    {
        for (int attempt = 1; ; attempt++)
        {
            int port = ServerProcess.FreePort();
            ServerProcess server = LaunchServer(port, databasePath, arguments);
            if (server.WaitForPong(port)) return new RunningServer(server, port);
            string output = server.Output;
            server.Dispose();
            bool isPortTaken = output.Contains("in use", StringComparison.Ordinal);
            if (!isPortTaken || attempt == Attempts)
                throw new CrashTestException($"the server did not start over {databasePath}:\n{output}");
        }
    }

    /// <summary>Starts a server and returns at once.</summary>
    public ServerProcess LaunchServer(int port, string databasePath, params string[] arguments) => Launch(
        Path.GetDirectoryName(databasePath)!, ["-addr", $"127.0.0.1:{port}", "-db", databasePath, .. arguments]);

    /// <summary>Runs a sub-command to its end.</summary>
    /// <exception cref="CrashTestException">Its exit code is not 0.</exception>
    public string Run(string folder, params string[] arguments)
    {
        using ServerProcess process = Launch(folder, arguments);
        if (process.WaitForExit() == 0) return process.Output;
        throw new CrashTestException(
            $"{string.Join(' ', arguments)} ended in code {process.ExitCode}:\n{process.Output}");
    }

    /// <summary>
    /// Has <c>check</c> read every byte of a database that no server has open. What a kill cut short may be at the
    /// end of its file and log; anything else is damage.
    /// </summary>
    /// <exception cref="CrashTestException">It is not whole.</exception>
    public void RequireWhole(string databasePath)
    {
        string report = Run(Path.GetDirectoryName(databasePath)!, "check", databasePath);
        if (!report.Split('\n').Contains("whole"))
            throw new CrashTestException($"check does not call it whole:\n{report}");
    }
}
