namespace Bitmapist.Testing.Servers;

/// <summary>
/// The reference: a redis-server of its own, empty, without persistence, in a temporary folder, on a free loopback
/// port. Where the machine has none, <see cref="SkipReason"/> says so; with CI=true in the environment that is a
/// failure, since CI must compare.
/// </summary>
public sealed class RedisServer : ITestServer, IDisposable
{
    private const int Attempts = 5; // Between finding a free port and listening on it, another process may take it.
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("redis-test-");
    private readonly ServerProcess? _process;

    public RedisServer() : this(dump: null)
    {
    }

    /// <summary>
    /// Starts with the keys of an RDB file. A factory, because a test fixture may have one public constructor.
    /// </summary>
    /// <exception cref="InvalidOperationException">It refuses the file; the message holds what it wrote.</exception>
    public static RedisServer Over(string dump) => new(dump);

    private RedisServer(string? dump)
    {
        string? executable = FindExecutable();
        if (executable == null)
        {
            SkipReason = "redis-server is not installed: apt-get install redis-server";
            if (Environment.GetEnvironmentVariable("CI") == "true") throw new FileNotFoundException(SkipReason);
            return;
        }
        if (dump is not null) File.Copy(dump, DumpPath);
        for (int attempt = 0; _process == null; attempt++)
        {
            Port = ServerProcess.FreePort();
            ServerProcess candidate = new(executable, Arguments(), _folder.FullName);
            if (candidate.WaitForPong(Port)) _process = candidate;
            else if (attempt < Attempts) candidate.Dispose();
            else throw new InvalidOperationException("redis-server ends at once:\n" + candidate.Output);
        }
    }

    public int Port { get; }

    public string? SkipReason { get; }

    /// <summary>Where SAVE writes its RDB file.</summary>
    public string DumpPath => Path.Combine(_folder.FullName, "dump.rdb");

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Signal(15); // Without save points SIGTERM is SHUTDOWN NOSAVE.
            _process.WaitForExit();
        }
        _process?.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string? FindExecutable() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(path => Path.Combine(path, "redis-server")).FirstOrDefault(File.Exists);

    private string[] Arguments() =>
    [
        "--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _folder.FullName,
        "--enable-debug-command", "local",
    ];
}
