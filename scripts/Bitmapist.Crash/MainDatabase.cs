using System.Globalization;
using Bitmapist.Testing.Servers;
using Bitmapist.Testing.Wire;

namespace Bitmapist.Crash;

/// <summary>
/// The database that lives through all rounds, and everything that was ever acknowledged of it: what several clients
/// wrote, the ballast, and what was copied from another server.
/// </summary>
internal sealed class MainDatabase(Launcher launcher, string folder, Random random) : IDisposable
{
    private const int Clients = 4;
    private const int CopiesDatabase = 13;
    private static readonly string[] s_policies = ["no", "everysec", "always"];
    private static readonly string[] s_budgets = ["0", "16kb", "64kb", "256kb"]; // the clients' data is some hundred kB
    private readonly WritingClient[] _clients =
        [.. Enumerable.Range(0, Clients).Select(number => new WritingClient(number, random.Next()))];

    private RunningServer? _server;
    private Task[] _writing = [];

    public string DatabasePath { get; } = Path.Combine(folder, "bitmapist.db");

    public string BackupPath { get; } = Path.Combine(folder, "backup.db");

    public Ballast Ballast { get; } = new(random.Next());

    /// <summary>How many keys of another server may be there, of a copy that a kill may have cut short.</summary>
    public (long Least, long Most) Copies { get; set; }

    /// <summary>The server that runs over it; dead after a round.</summary>
    public RunningServer Server => _server ?? throw new InvalidOperationException("not started");

    /// <summary>Whether it runs.</summary>
    public bool IsServing => _server is { Process.HasExited: false };

    /// <summary>Steps acknowledged over all rounds.</summary>
    public long Acknowledged => _clients.Sum(client => client.Acknowledged);

    /// <summary>Whether the server ended with steps of clients unanswered.</summary>
    public bool IsAnythingInFlight => _clients.Any(client => client.InFlight > 0);

    /// <summary>The newest segment of the log: a save's cut begins another.</summary>
    public int NewestSegment => Directory.GetFiles(folder, "bitmapist.db.log.*")
        .Select(path => int.TryParse(Path.GetExtension(path.AsSpan())[1..], out int sequence) ? sequence : 0)
        .DefaultIfEmpty().Max();

    /// <summary>Starts a server with flags of the round's choice, and returns at once.</summary>
    public ServerProcess Launch() =>
        launcher.LaunchServer(ServerProcess.FreePort(), DatabasePath, Flags());

    /// <summary>
    /// Verifies what the last server left, starts another over it, and compares everything that it has with what was
    /// acknowledged.
    /// </summary>
    /// <exception cref="CrashTestException">Something is lost, invented, in part, or damaged.</exception>
    public async Task StartAndCheckAsync()
    {
        Dispose();
        if (File.Exists(DatabasePath)) launcher.RequireWhole(DatabasePath);
        _server = launcher.Serve(DatabasePath, Flags());
        using RawConnection connection = await RawConnection.ConnectAsync(Server.Port);
        var reader = new StateReader(connection);
        foreach (WritingClient client in _clients)
            if (!client.Accept(await reader.ReadAsync(client.Number), out string difference))
                throw new CrashTestException(difference);

        await Ballast.CheckAsync(connection);
        await SelectCopiesAsync(connection);
        long copies = long.Parse(
            ReplyText.Render(await connection.AskAsync("DBSIZE")).AsSpan(1), CultureInfo.InvariantCulture);
        if (copies < Copies.Least || copies > Copies.Most)
            throw new CrashTestException($"{copies} copied keys, and there were {Copies.Least} to {Copies.Most}");
    }

    public static Task SelectCopiesAsync(RawConnection connection) => connection.AskAsync($"SELECT {CopiesDatabase}");

    public Task<RawConnection> ConnectAsync() => RawConnection.ConnectAsync(Server.Port);

    /// <summary>Lets all clients write for a random while; they go on until <see cref="EndWritingAsync"/>.</summary>
    public async Task BeginWritingAsync()
    {
        _writing = Array.ConvertAll(_clients, client => client.RunAsync(Server.Port));
        await Task.Delay(random.Next(10, 150));
        if (Server.Process.HasExited)
            throw new CrashTestException($"the server ended by itself:\n{Server.Process.Output}");
    }

    /// <summary>Waits for the clients to notice that their server is gone.</summary>
    /// <exception cref="CrashTestException">One had got a wrong reply.</exception>
    public async Task EndWritingAsync()
    {
        await Task.WhenAll(_writing).WaitAsync(TimeSpan.FromSeconds(30));
        _writing = [];
        if (Array.Find(_clients, client => client.WrongReply is not null) is { } wrong)
            throw new CrashTestException(wrong.WrongReply!);
    }

    /// <summary>Verifies the last backup, and that it opens as a database of whole transactions.</summary>
    public async Task CheckBackupAsync()
    {
        if (!File.Exists(BackupPath)) return;
        launcher.RequireWhole(BackupPath);
        string restored = Path.Combine(folder, "restored.db");
        foreach (string left in Directory.GetFiles(folder, "restored.db*")) File.Delete(left);
        File.Copy(BackupPath, restored);
        using RunningServer server = launcher.Serve(restored);
        using RawConnection connection = await RawConnection.ConnectAsync(server.Port);
        foreach (WritingClient client in _clients) await new StateReader(connection).ReadAsync(client.Number);
    }

    public void Dispose()
    {
        _server?.Dispose();
        _server = null;
    }

    private string[] Flags() =>
    [
        "-bak", BackupPath, "-save", $"{random.Next(2)}", "-appendfsync", s_policies[random.Next(s_policies.Length)],
        "-maxmemory", s_budgets[random.Next(s_budgets.Length)], "-evict-idle", $"{random.Next(3)}",
    ];
}
