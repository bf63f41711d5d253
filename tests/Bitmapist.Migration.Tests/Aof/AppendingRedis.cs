using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Migration.Tests.Aof;

/// <summary>
/// A redis-server of its own that keeps append-only files, in a temporary folder, on a free loopback port. Where the
/// machine has none the test is skipped; with CI=true in the environment that is a failure.
/// </summary>
internal sealed class AppendingRedis : IDisposable
{
    private const int Attempts = 5; // Between finding a free port and listening on it, another process may take it.
    private static readonly Lazy<string?> s_reasonToSkip = new(ReasonToSkip);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("redis-test-");
    private readonly string[] _options;
    private ServerProcess? _process;

    private AppendingRedis(string[] options) => _options = options;

    public int Port { get; private set; }

    /// <summary>The directory of its append-only files.</summary>
    public string Files => Path.Combine(_folder.FullName, "appendonlydir");

    /// <summary>What it wrote.</summary>
    public string Output => _process!.Output;

    /// <summary>Starts one without keys.</summary>
    public static AppendingRedis Start(params string[] options)
    {
        Prerequisite.Require(s_reasonToSkip.Value is null, s_reasonToSkip.Value ?? "");
        var redis = new AppendingRedis(options);
        redis.Launch();
        return redis;
    }

    /// <summary>Starts one that loads a single append-only file; null where it refuses it.</summary>
    public static AppendingRedis? Over(byte[] file)
    {
        Prerequisite.Require(s_reasonToSkip.Value is null, s_reasonToSkip.Value ?? "");
        var redis = new AppendingRedis([]);
        Directory.CreateDirectory(redis.Files);
        File.WriteAllBytes(Path.Combine(redis.Files, "whole.aof"), file);
        File.WriteAllText(
            Path.Combine(redis.Files, "appendonly.aof.manifest"), "file whole.aof seq 1 type i\n");
        try
        {
            redis.Launch();
            return redis;
        }
        catch (InvalidOperationException)
        {
            redis.Dispose();
            return null;
        }
    }

    /// <summary>Ends it as an operator does, and starts it over the same files.</summary>
    public void Restart()
    {
        Stop();
        _process!.Dispose();
        Launch();
    }

    /// <summary>Ends it as an operator does: everything is in its files.</summary>
    public void Stop()
    {
        _process!.Signal(15); // Without save points SIGTERM is SHUTDOWN NOSAVE, which writes and syncs the AOF.
        _process.WaitForExit();
    }

    /// <summary>Rewrites its append-only files, and waits for that.</summary>
    public async Task RewriteAsync()
    {
        using RawConnection connection = await RawConnection.ConnectAsync(Port);
        await connection.AskAsync("BGREWRITEAOF");
        for (int i = 0; i < 1000; i++)
        {
            string info = ReplyText.Render(await connection.AskAsync("INFO persistence"));
            if (info.Contains("aof_rewrite_in_progress:0", StringComparison.Ordinal)
                && info.Contains("aof_rewrite_scheduled:0", StringComparison.Ordinal))
            {
                return;
            }

            await Eventually.AMomentAsync(10);
        }

        throw new TimeoutException("The rewrite did not end.\n" + Output);
    }

    public void Dispose()
    {
        if (_process is { HasExited: false }) Stop();
        _process?.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string? ReasonToSkip()
    {
        using var probe = new RedisServer();
        return probe.SkipReason;
    }

    private void Launch()
    {
        for (int attempt = 0; ; attempt++)
        {
            Port = ServerProcess.FreePort();
            var candidate = new ServerProcess("redis-server",
            [
                "--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--appendfsync", "no",
                "--auto-aof-rewrite-percentage", "0", "--dir", _folder.FullName, .. _options,
            ], _folder.FullName);
            if (candidate.WaitForPong(Port))
            {
                _process = candidate;
                return;
            }

            string output = candidate.Output;
            candidate.Dispose();
            if (attempt == Attempts || !output.Contains("in use", StringComparison.Ordinal))
                throw new InvalidOperationException("redis-server ends at once:\n" + output);
        }
    }
}
