using Bitmapist.Crash.Foreign;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Crash.Rounds;

/// <summary>
/// Kills while a foreign file becomes a database: by <c>import</c>, or at the start of a server on a database of the Go
/// server. Each round begins from the foreign file, kills a few times, and then lets it come to its end.
/// </summary>
internal sealed class MovingInRounds(Launcher launcher, Random random, KnownKeys keys, string folder)
{
    private const int KillsMax = 3;
    private readonly byte[] _goServer = GoServerDatabase.Of(keys);
    private readonly byte[] _redis = RedisDump.Of(keys);
    private readonly Aim _aimAtConversion = new(random);
    private readonly Aim _aimAtImport = new(random);
    private readonly string _path = Path.Combine(folder, "moved.db");

    /// <summary>
    /// Starts servers on a database of the Go server. Until the end its file is whole, under its own name or the one
    /// that it is kept under.
    /// </summary>
    public async Task<Outcome> ConvertAsync()
    {
        Clear();
        string kept = _path + ".go-server", unfinished = _path + ".converting";
        File.WriteAllBytes(_path, _goServer);
        var outcome = new Outcome();
        for (int left = random.Next(1, KillsMax + 1); left > 0; left--)
        {
            DateTime before = NewestOf(unfinished);
            using ServerProcess server = launcher.LaunchServer(ServerProcess.FreePort(), _path);
            bool IsBegun() => NewestOf(unfinished) > before;
            outcome += _aimAtConversion.Kill(server, IsBegun, IsBegun);
            string original = File.Exists(kept) ? kept : _path;
            RequireSame(original, _goServer);
        }

        await CheckAsync();
        RequireSame(kept, _goServer);
        RequireGone(unfinished);
        return outcome;
    }

    /// <summary>Imports; there is no database until all of it is there.</summary>
    public async Task<Outcome> ImportAsync()
    {
        Clear();
        string source = Path.Combine(folder, "foreign"), unfinished = _path + ".importing";
        byte[] foreign = random.Next(2) == 0 ? _redis : _goServer;
        File.WriteAllBytes(source, foreign);
        var outcome = new Outcome();
        for (int left = random.Next(1, KillsMax + 1); left > 0 && !File.Exists(_path); left--)
        {
            DateTime before = NewestOf(unfinished);
            using ServerProcess import = launcher.Launch(folder, "import", source, "-db", _path);
            bool IsBegun() => NewestOf(unfinished) > before;
            outcome += _aimAtImport.Kill(import, IsBegun, () => IsBegun() && !File.Exists(_path));
            RequireSame(source, foreign);
        }

        if (!File.Exists(_path)) launcher.Run(folder, "import", source, "-db", _path);
        RequireGone(unfinished);
        await CheckAsync();
        return outcome;
    }

    /// <summary>Compares the new database's keys, marks one more, kills the server, and has it checked.</summary>
    private async Task CheckAsync()
    {
        using (RunningServer server = launcher.Serve(_path))
        {
            using RawConnection connection = await RawConnection.ConnectAsync(server.Port);
            await keys.RequireAllAsync(connection);
            List<byte[]> replies = await connection.AskAllAsync(["MULTI", "SETBIT a 1 1", "SETBIT b 1 1", "EXEC"]);
            string reply = ReplyText.Render(replies[^1]);
            if (reply != "[:0, :0]") throw new CrashTestException($"a mark after moving in replied {reply}");
            server.Process.Kill();
        }

        launcher.RequireWhole(_path);
    }

    private void Clear()
    {
        foreach (string path in Directory.GetFiles(folder)) File.Delete(path);
    }

    private static void RequireSame(string path, byte[] bytes)
    {
        if (File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes)) return;
        throw new CrashTestException($"{path} is no longer the file that was to be moved in");
    }

    private static void RequireGone(string unfinished)
    {
        string? left = Array.Find([unfinished, unfinished + ".new"], File.Exists);
        if (left is not null) throw new CrashTestException($"{left} was left behind");
    }

    /// <summary>When an unfinished database was written; the beginning of time where there is none.</summary>
    private static DateTime NewestOf(string unfinished) =>
        new[] { unfinished, unfinished + ".new" }.Max(File.GetLastWriteTimeUtc);
}
