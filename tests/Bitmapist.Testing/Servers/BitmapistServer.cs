namespace Bitmapist.Testing.Servers;

/// <summary>
/// Our server as its users run it: the built executable as a child process over a database in a temporary folder, on a
/// free loopback port. The executable is the one of the test's own configuration, or that named by BITMAPIST_SERVER.
/// </summary>
public sealed class BitmapistServer : ITestServer, IDisposable
{
    private const int Attempts = 5; // Between finding a free port and listening on it, another process may take it.
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitmapist-test-");
    private readonly string[] _extraArguments;
    private ServerProcess _process;

    public BitmapistServer() : this([])
    {
    }

    /// <summary>
    /// Starts with arguments after -addr and -db, for instance ["-save", "1"]. A factory, because a test fixture may
    /// have one public constructor.
    /// </summary>
    public static BitmapistServer With(params string[] extraArguments) => new(extraArguments);

    /// <exception cref="FileNotFoundException">The server is not built.</exception>
    /// <exception cref="InvalidOperationException">It ended before its first PONG; the message holds what it
    /// wrote.</exception>
    private BitmapistServer(string[] extraArguments)
    {
        _extraArguments = extraArguments;
        for (int attempt = 0; ; attempt++)
        {
            Port = ServerProcess.FreePort();
            _process = Launch();
            if (_process.WaitForPong(Port)) return;
            if (attempt == Attempts) throw EndedEarly();
            _process.Dispose();
        }
    }

    /// <summary>The executable under test.</summary>
    public static string ExecutablePath =>
        Environment.GetEnvironmentVariable("BITMAPIST_SERVER") is { Length: > 0 } path
            ? path
            : Path.Combine(RepositoryFiles.Root, "src/Bitmapist.Host/bin", RepositoryFiles.Configuration,
                "net10.0/bitmapist-server");

    public int Port { get; }

    public string? SkipReason => null;

    /// <summary>The folder that holds the database and whatever the server puts beside it.</summary>
    public string Folder => _folder.FullName;

    public string DatabasePath => Path.Combine(Folder, "bitmapist.db");

    /// <summary>The current child: its id, output and exit code. Changes at every restart.</summary>
    public ServerProcess Process => _process;

    /// <summary>What the current child wrote to stdout and stderr.</summary>
    public string Output => _process.Output;

    /// <summary>SIGKILL: nothing is saved that was not on its way to the disk already.</summary>
    public void Kill() => _process.Kill();

    /// <summary>SIGTERM: the server saves and ends. Returns its exit code.</summary>
    public int Stop()
    {
        _process.Signal(15);
        return _process.WaitForExit();
    }

    /// <summary>Starts again over the same database and port, after <see cref="Kill"/> or <see cref="Stop"/>.</summary>
    /// <exception cref="InvalidOperationException">It is still running, or ended before its first PONG.</exception>
    public void Start()
    {
        if (!_process.HasExited) throw new InvalidOperationException("The server is still running.");
        _process.Dispose();
        _process = Launch();
        if (!_process.WaitForPong(Port)) throw EndedEarly();
    }

    /// <summary><see cref="Stop"/>, then <see cref="Start"/>.</summary>
    public void Restart()
    {
        Stop();
        Start();
    }

    public void Dispose()
    {
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private ServerProcess Launch()
    {
        if (!File.Exists(ExecutablePath))
            throw new FileNotFoundException($"Build src/Bitmapist.Host first: {ExecutablePath}");
        string[] arguments = ["-addr", $"127.0.0.1:{Port}", "-db", DatabasePath, .. _extraArguments];
        return new ServerProcess(ExecutablePath, arguments, Folder);
    }

    private InvalidOperationException EndedEarly() =>
        new($"The server ended with code {_process.ExitCode} before its first PONG. It wrote:\n{_process.Output}");
}
