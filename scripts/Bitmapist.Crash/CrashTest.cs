using System.Diagnostics;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Crash;

/// <summary>
/// Rounds of: start the real server over the same database, check everything it has, write over several connections,
/// end it at a random moment. Stops at the first difference, and then leaves the database where it is.
/// </summary>
internal sealed class CrashTest(string executable, int seed, Action<string> print)
{
    private const int Clients = 4;
    private const int SignalTerminate = 15;
    private const int SignalBackup = 10;
    private static readonly string[] s_policies = ["no", "everysec", "always"];
    private static readonly string[] s_budgets = ["0", "16kb", "64kb", "256kb"]; // the data is some hundred kilobytes
    private readonly Random _random = new(seed);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bitmapist-crash-");
    private readonly Dictionary<Ending, int> _endings = [];
    private readonly WritingClient[] _clients =
        [.. Enumerable.Range(0, Clients).Select(number => new WritingClient(number, seed ^ (number << 20)))];

    private int _killedStarts;

    public long Acknowledged => _clients.Sum(client => client.Acknowledged);

    private string DatabasePath => Path.Combine(_folder.FullName, "bitmapist.db");

    private string BackupPath => Path.Combine(_folder.FullName, "backup.db");

    /// <summary>Runs so many rounds and a last check.</summary>
    /// <exception cref="CrashTestException">Something acknowledged is gone, or something is there that nobody wrote, or
    /// the server did not start or stop as it should.</exception>
    public async Task RunAsync(int rounds)
    {
        var elapsed = Stopwatch.StartNew();
        for (int round = 1; round <= rounds; round++)
        {
            await GuardAsync(round, RunRoundAsync);
            if (round % 10 == 0 || round == rounds) print(Progress(round, rounds, elapsed.Elapsed));
        }

        await GuardAsync(rounds, CheckAtRestAsync);
        _folder.Delete(recursive: true);
    }

    private string Progress(int round, int rounds, TimeSpan elapsed)
    {
        string endings = string.Join(
            ", ", _endings.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} {pair.Key}"));
        return $"round {round} of {rounds}: {Acknowledged:N0} steps acknowledged and found again; endings {endings}; "
            + $"{_killedStarts} killed while starting; {elapsed.TotalSeconds:N0} s";
    }

    private async Task GuardAsync(int round, Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (Exception failure)
        {
            throw new CrashTestException(
                $"seed {seed}, round {round}: {failure.Message} (the database is left in {_folder.FullName})", failure);
        }
    }

    private async Task RunRoundAsync()
    {
        for (int left = _random.Next(4) == 0 ? _random.Next(1, 3) : 0; left > 0; left--) KillWhileStarting();
        (ServerProcess server, int port) = Start();
        using (server)
        {
            await CheckAsync(port);
            Task[] writing = Array.ConvertAll(_clients, client => client.RunAsync(port));
            await Task.Delay(_random.Next(10, 250));
            if (server.HasExited) throw new CrashTestException($"the server ended by itself:\n{server.Output}");
            Ending ending = (Ending)_random.Next(Enum.GetValues<Ending>().Length);
            _endings[ending] = _endings.GetValueOrDefault(ending) + 1;
            await EndAsync(server, port, ending);
            await Task.WhenAll(writing).WaitAsync(TimeSpan.FromSeconds(30));
        }

        if (Array.Find(_clients, client => client.WrongReply is not null) is { } wrong)
            throw new CrashTestException(wrong.WrongReply!);
    }

    private async Task EndAsync(ServerProcess server, int port, Ending ending)
    {
        using RawConnection connection = await RawConnection.ConnectAsync(port);
        switch (ending)
        {
            case Ending.KillDuringSave:
                await connection.SendAsync(_random.Next(2) == 0 ? "SAVE" : "BGSAVE");
                await Task.Delay(_random.Next(12));
                break;
            case Ending.KillDuringBackup:
                server.Signal(SignalBackup);
                await Task.Delay(_random.Next(12));
                break;
            case Ending.KillDuringStop:
                server.Signal(SignalTerminate);
                await Task.Delay(_random.Next(30));
                break;
            case Ending.Stop:
                server.Signal(SignalTerminate);
                if (server.WaitForExit() != 0)
                    throw new CrashTestException($"SIGTERM ended in code {server.ExitCode}:\n{server.Output}");
                return;
        }

        server.Kill();
    }

    /// <summary>Everything once more, after an orderly end, and what the last backup holds.</summary>
    private async Task CheckAtRestAsync()
    {
        for (int i = 0; i < 2; i++)
        {
            (ServerProcess server, int port) = Start();
            using (server)
            {
                await CheckAsync(port);
                await EndAsync(server, port, Ending.Stop);
            }
        }

        if (!File.Exists(BackupPath)) return;
        string copy = Path.Combine(_folder.FullName, "restored.db");
        File.Copy(BackupPath, copy);
        (ServerProcess restored, int restoredPort) = Start(copy);
        using (restored)
        {
            using RawConnection connection = await RawConnection.ConnectAsync(restoredPort);
            foreach (WritingClient client in _clients) await new StateReader(connection).ReadAsync(client.Number);
        }
    }

    private async Task CheckAsync(int port)
    {
        using RawConnection connection = await RawConnection.ConnectAsync(port);
        var reader = new StateReader(connection);
        foreach (WritingClient client in _clients)
            if (!client.Accept(await reader.ReadAsync(client.Number), out string difference))
                throw new CrashTestException(difference);
    }

    private void KillWhileStarting()
    {
        using ServerProcess server = Launch(ServerProcess.FreePort(), DatabasePath);
        Thread.Sleep(_random.Next(300));
        server.Kill();
        _killedStarts++;
    }

    private (ServerProcess Server, int Port) Start() => Start(DatabasePath);

    private (ServerProcess Server, int Port) Start(string databasePath)
    {
        for (int attempt = 0; ; attempt++)
        {
            int port = ServerProcess.FreePort();
            ServerProcess server = Launch(port, databasePath);
            if (server.WaitForPong(port)) return (server, port);
            string output = server.Output;
            server.Dispose();
            bool isPortTaken = output.Contains("in use", StringComparison.Ordinal);
            if (!isPortTaken || attempt == 3) throw new CrashTestException($"the server did not start:\n{output}");
        }
    }

    private ServerProcess Launch(int port, string databasePath) => new(
        executable,
        [
            "-addr", $"127.0.0.1:{port}", "-db", databasePath, "-bak", BackupPath, "-save", $"{_random.Next(2)}",
            "-appendfsync", s_policies[_random.Next(s_policies.Length)],
            "-maxmemory", s_budgets[_random.Next(s_budgets.Length)], "-evict-idle", $"{_random.Next(3)}",
        ],
        _folder.FullName);
}
