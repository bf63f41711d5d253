namespace Bitmapist.Bench.Peers;

/// <summary>
/// How to start a server. Two are the same kind only if they are the same object.
/// </summary>
/// <param name="name">For messages and the table's columns.</param>
/// <param name="words">
/// The program, a path or a name found in PATH, and its arguments; {port} and {dir} in them stand for a port and a
/// directory of its own.
/// </param>
internal sealed class PeerKind(string name, IReadOnlyList<string> words)
{
    /// <summary>The database file's name in the directory of one of our own servers.</summary>
    public const string DatabaseName = "bitmapist.db";

    public string Name => name;

    public string Executable => words[0];

    /// <summary>Environment variables to add.</summary>
    public Dictionary<string, string> Environment { get; init; } = [];

    /// <summary>Whether it is some build of this server.</summary>
    public bool IsOurs { get; private init; }

    /// <summary>
    /// The same with a log synced every second, the promise that ours makes by default: for commands in Redis's words
    /// that turn the log off. Null for others.
    /// </summary>
    public PeerKind? WithLog { get; } = LogOf(name, words);

    /// <summary>
    /// bitmapist-server as anyone starts it: its log on, synced every second, a snapshot every three minutes.
    /// </summary>
    public static PeerKind Ours(string name, string executable, params IEnumerable<string> options) => new(name,
        [executable, "-addr", "127.0.0.1:{port}", "-db", Path.Combine("{dir}", DatabaseName), .. options])
    {
        IsOurs = true,
    };

    /// <summary>
    /// bitmapist-server hosted by this program in a process of its own, in memory only; with the executable's settings.
    /// </summary>
    public static PeerKind OursWithoutLog { get; } =
        new("ours in memory", [System.Environment.ProcessPath!, "serve-in-memory", "{port}"])
        {
            Environment =
            {
                ["DOTNET_TieredCompilation"] = "1",
                ["DOTNET_gcConcurrent"] = "1",
                ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1",
            },
        };

    /// <summary>redis-server from PATH as a cache: nothing goes to disk.</summary>
    public static PeerKind Redis { get; } = Parse("Redis", "redis-server --port {port} --bind 127.0.0.1 --dir {dir} "
        + "--save '' --appendonly no");

    /// <summary>A server started by a command line.</summary>
    /// <exception cref="FormatException">It has no words, or no {port} in them.</exception>
    public static PeerKind Parse(string name, string commandLine)
    {
        List<string> words = CommandLine.Split(commandLine);
        if (words.Count == 0) throw new FormatException("a command is missing");
        if (!words.Exists(word => word.Contains("{port}", StringComparison.Ordinal)))
            throw new FormatException("the command does not say where {port} goes");
        // It is started in a directory of its own, so a path must not depend on where it is.
        if (words[0].Contains('/', StringComparison.Ordinal)) words[0] = Path.GetFullPath(words[0]);
        return new PeerKind(name, words);
    }

    /// <summary>Its arguments.</summary>
    public IEnumerable<string> Arguments(int port, string directory) => words.Skip(1).Select(word => word
        .Replace("{port}", FormattableString.Invariant($"{port}"), StringComparison.Ordinal)
        .Replace("{dir}", directory, StringComparison.Ordinal));

    /// <summary>The same on so many cores, the first ones.</summary>
    public PeerKind OnCores(int count) =>
        new(name, ["taskset", "--cpu-list", FormattableString.Invariant($"0-{count - 1}"), .. words])
        {
            Environment = Environment,
            IsOurs = IsOurs,
        };

    private static PeerKind? LogOf(string name, IReadOnlyList<string> words)
    {
        for (int i = 1; i + 1 < words.Count; i++)
            if (words[i] == "--appendonly" && words[i + 1] == "no")
                return new PeerKind($"{name} with a log",
                    [.. words.Take(i + 1), "yes", "--appendfsync", "everysec", .. words.Skip(i + 2)]);
        return null;
    }
}
