namespace Bitmapist.Bench.Peers;

/// <summary>How to start a server.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Executable">A path, or a name found in PATH.</param>
/// <param name="Arguments">Its arguments, given a port and a directory of its own.</param>
internal sealed record PeerKind(string Name, string Executable, Func<int, string, string[]> Arguments)
{
    /// <summary>Environment variables to add.</summary>
    public Dictionary<string, string> Environment { get; init; } = [];

    /// <summary>
    /// bitmapist-server as anyone starts it: its log on, synced every second, a snapshot every three minutes.
    /// </summary>
    public static PeerKind Ours(string executable, params string[] options) =>
        new("bitmapist-server", executable, (port, directory) =>
            ["-addr", $"127.0.0.1:{port}", "-db", Path.Combine(directory, DatabaseName), .. options]);

    /// <summary>The database file's name in a server's directory.</summary>
    public const string DatabaseName = "bitmapist.db";

    /// <summary>
    /// bitmapist-server hosted by this program in a process of its own, in memory only; with the executable's settings.
    /// </summary>
    public static PeerKind OursWithoutLog { get; } = new(
        "bitmapist-server without log",
        System.Environment.ProcessPath!,
        (port, _) => ["serve-in-memory", port.ToString(System.Globalization.CultureInfo.InvariantCulture)])
    {
        Environment =
        {
            ["DOTNET_TieredCompilation"] = "1",
            ["DOTNET_gcConcurrent"] = "1",
            ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1",
        },
    };

    /// <summary>redis-server as a cache: nothing goes to disk.</summary>
    public static PeerKind Redis { get; } = new("redis-server", "redis-server", (port, directory) =>
        ["--port", $"{port}", "--bind", "127.0.0.1", "--dir", directory, "--save", "", "--appendonly", "no"]);

    /// <summary>redis-server with a log synced every second, the promise that ours makes by default.</summary>
    public static PeerKind RedisWithLog { get; } = new("redis-server, appendonly", "redis-server", (port, directory) =>
    [
        "--port", $"{port}", "--bind", "127.0.0.1", "--dir", directory, "--save", "",
        "--appendonly", "yes", "--appendfsync", "everysec",
    ]);
}
