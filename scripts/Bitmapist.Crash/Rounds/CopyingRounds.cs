using Bitmapist.Crash.Foreign;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Crash.Rounds;

/// <summary>
/// Kills while the main server copies (SLURP) from another one: of either of the two. What had been copied is there
/// afterwards, each key whole, and the copy repeated brings the rest.
/// </summary>
internal sealed class CopyingRounds : IDisposable
{
    private readonly Launcher _launcher;
    private readonly MainDatabase _database;
    private readonly Random _random;
    private readonly KnownKeys _keys;
    private readonly string _sourcePath;
    private RunningServer? _source;

    /// <param name="launcher">Starts the source.</param>
    /// <param name="database">Where the copies go.</param>
    /// <param name="random">Decides whom to kill, and when.</param>
    /// <param name="keys">What the source has.</param>
    /// <param name="folder">An empty folder, for the source.</param>
    public CopyingRounds(Launcher launcher, MainDatabase database, Random random, KnownKeys keys, string folder)
    {
        _launcher = launcher;
        _database = database;
        _random = random;
        _keys = keys;
        _sourcePath = Path.Combine(folder, "source.db");
    }

    /// <summary>Runs a round; the main server has everything when it ends, and is dead.</summary>
    public async Task<Outcome> RunAsync()
    {
        StartSource();
        await _database.BeginWritingAsync();
        using (RawConnection connection = await _database.ConnectAsync())
        {
            await MainDatabase.SelectCopiesAsync(connection);
            await connection.AskAsync("FLUSHDB");
            _database.Copies = default;
        }

        bool isSourceKilled = _random.Next(3) == 0;
        Outcome outcome = isSourceKilled ? await KillSourceAsync() : await KillTargetAsync();
        await CopyAllAsync();
        _database.Server.Process.Kill();
        await _database.EndWritingAsync();
        return outcome;
    }

    public void Dispose()
    {
        _source?.Dispose();
        _source = null;
    }

    /// <summary>The source's own database is imported; from then on it is one that was killed.</summary>
    private void StartSource()
    {
        if (_source is { Process.HasExited: false }) return;
        Dispose();
        if (!File.Exists(_sourcePath))
        {
            string dump = _sourcePath + ".rdb";
            File.WriteAllBytes(dump, RedisDump.Of(_keys));
            _launcher.Run(Path.GetDirectoryName(_sourcePath)!, "import", dump, "-db", _sourcePath);
        }

        _source = _launcher.Serve(_sourcePath);
    }

    private async Task<Outcome> KillTargetAsync()
    {
        long seen;
        using (RawConnection connection = await _database.ConnectAsync()) seen = await CopyHalfwayAsync(connection);
        _database.Server.Process.Kill();
        await _database.EndWritingAsync();
        return Outcome.Of(await RestartAndCountAsync(seen) < _keys.Count);
    }

    private async Task<Outcome> KillSourceAsync()
    {
        using RawConnection connection = await _database.ConnectAsync();
        long seen = await CopyHalfwayAsync(connection);
        _source!.Process.Kill();
        await WaitForEndAsync(connection);
        await MainDatabase.SelectCopiesAsync(connection);
        int copied = await _keys.CountAsync(connection);
        if (copied < seen) throw new CrashTestException($"{copied} keys are there, {seen} were reported as copied");
        StartSource();
        return Outcome.Of(copied < _keys.Count);
    }

    /// <summary>Copies until a random share is there; returns how many keys the server said it has copied.</summary>
    private async Task<long> CopyHalfwayAsync(RawConnection connection)
    {
        int share = _random.Next(1, _keys.Count);
        await BeginCopyAsync(connection);
        while (true)
        {
            bool isRunning = await RunningServer.InfoAsync(connection, "slurp", "slurp_in_progress") == 1;
            long copied = await RunningServer.InfoAsync(connection, "slurp", "slurp_keys");
            if (copied >= share || !isRunning) return copied;
        }
    }

    /// <summary>What a reply showed as copied is there after the kill; whatever is there is whole.</summary>
    private async Task<int> RestartAndCountAsync(long seen)
    {
        _database.Copies = (seen, _keys.Count);
        await _database.StartAndCheckAsync();
        using RawConnection connection = await _database.ConnectAsync();
        await MainDatabase.SelectCopiesAsync(connection);
        return await _keys.CountAsync(connection);
    }

    private async Task CopyAllAsync()
    {
        using RawConnection connection = await _database.ConnectAsync();
        await BeginCopyAsync(connection);
        await WaitForEndAsync(connection);
        await MainDatabase.SelectCopiesAsync(connection);
        await _keys.RequireAllAsync(connection);
        _database.Copies = (_keys.Count, _keys.Count);
    }

    private async Task BeginCopyAsync(RawConnection connection)
    {
        await MainDatabase.SelectCopiesAsync(connection);
        string reply = ReplyText.Render(await connection.AskAsync($"SLURP 127.0.0.1:{_source!.Port}"));
        if (reply != "+OK") throw new CrashTestException($"SLURP replied {reply}");
    }

    private static async Task WaitForEndAsync(RawConnection connection)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60));
        while (await RunningServer.InfoAsync(connection, "slurp", "slurp_in_progress") == 1)
            await Task.Delay(1, patience.Token);
    }
}
