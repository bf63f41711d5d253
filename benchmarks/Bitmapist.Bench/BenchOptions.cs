namespace Bitmapist.Bench;

/// <summary>What was asked for on the command line.</summary>
internal sealed record BenchOptions
{
    /// <summary>The rows' group: "" for the goals, storage, or plots.</summary>
    public string Group { get; private set; } = "";

    /// <summary>Whether each row gets a fraction of the time.</summary>
    public bool IsShort { get; private set; }

    /// <summary>Whether to do what takes much longer, too.</summary>
    public bool IsLong { get; private set; }

    public bool ListsRows { get; private set; }

    public bool WritesDocs { get; private set; }

    /// <summary>Texts one of which a row's name must contain; empty for all rows.</summary>
    public List<string> Rows { get; } = [];

    /// <summary>Another build of this server to compare with; null for none.</summary>
    public string? Other { get; private set; }

    /// <summary>What to measure as ours, such as a published binary; null for this checkout's build.</summary>
    public string? Ours { get; private set; }

    /// <summary>The servers to compare with as they were given: redis, garnet, or NAME=COMMAND.</summary>
    public List<string> Peers { get; } = [];

    /// <summary>As it was given, but for paths and commands, which mean something on this machine alone.</summary>
    public string Text { get; private init; } = "";

    /// <exception cref="FormatException">It cannot be understood; the message says what.</exception>
    public static BenchOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new BenchOptions { Text = string.Join(' ', arguments.Select(Shown)) };
        for (int i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--short": options.IsShort = true; break;
                case "--long": options.IsLong = true; break;
                case "--list": options.ListsRows = true; break;
                case "--write-docs": options.WritesDocs = true; break;
                case "storage" or "plots": options.Group = arguments[i]; break;
                case "--against": options.Other = Path.GetFullPath(Value(i++)); break;
                case "--ours": options.Ours = Path.GetFullPath(Value(i++)); break;
                case "--rows": options.Rows.Add(Value(i++)); break;
                case "--peer": options.Peers.Add(Value(i++)); break;
                default: throw new FormatException($"{arguments[i]}: no such option");
            }
        }

        // A table of some rows would take the place of the whole one.
        if (options.WritesDocs && options.Rows.Count > 0)
            throw new FormatException("--write-docs writes the whole table and does not go with --rows");
        // Another build takes the place of Redis unless other peers are named.
        if (options.Peers.Count == 0 && options.Other is null) options.Peers.Add("redis");
        return options;

        string Value(int option) => option + 1 < arguments.Count
            ? arguments[option + 1] : throw new FormatException($"{arguments[option]}: its value is missing");
    }

    public bool Wants(string row) =>
        Rows.Count == 0 || Rows.Exists(text => row.Contains(text, StringComparison.OrdinalIgnoreCase));

    private static string Shown(string argument)
    {
        if (argument.Contains('/', StringComparison.Ordinal)) argument = $"{argument.Split('=', '/')[0]}=…";
        return argument.Contains(' ', StringComparison.Ordinal) ? $"'{argument}'" : argument;
    }
}
