using System.Diagnostics;

namespace Bitmapist.Testing.Servers;

/// <summary>
/// The reference: a redis-server of its own, empty, without persistence, in a temporary folder, on a free loopback
/// port. The executable is the one on the PATH, or that named by BITMAPIST_REDIS. Where the machine has none, <see
/// cref="SkipReason"/> says so; with CI=true in the environment that is a failure, since CI must compare.
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
        string? executable = ExecutablePath;
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

    /// <summary>The executable; null where there is none.</summary>
    public static string? ExecutablePath { get; } = FindExecutable();

    /// <summary>
    /// Its version, as "redis-server --version" tells it; 0.0 where there is none. Built from a branch it may be
    /// 255.255.255, which is newer than any.
    /// </summary>
    public static Version Version { get; } = AskVersion();

    /// <summary>Whether it is later than the version that most replies follow.</summary>
    public static bool IsLaterThan70 => Version >= new Version(7, 1);

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

    private static string? FindExecutable()
    {
        if (Environment.GetEnvironmentVariable("BITMAPIST_REDIS") is not { Length: > 0 } named)
        {
            return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
                .Select(path => Path.Combine(path, "redis-server")).FirstOrDefault(File.Exists);
        }
        return File.Exists(named) ? named : throw new FileNotFoundException($"BITMAPIST_REDIS names no file: {named}");
    }

    private static Version AskVersion()
    {
        if (ExecutablePath == null) return new Version(0, 0);
        ProcessStartInfo start = new(ExecutablePath, ["--version"]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string answer = process.StandardOutput.ReadToEnd(); // Redis server v=7.0.15 sha=…
        string? word = answer.Split(' ').FirstOrDefault(part => part.StartsWith("v=", StringComparison.Ordinal));
        return Version.TryParse(word?[2..], out Version? version)
            ? version
            : throw new InvalidOperationException($"{ExecutablePath} --version says: {answer}");
    }

    private string[] Arguments() =>
    [
        "--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _folder.FullName,
        "--enable-debug-command", "local",
    ];
}
