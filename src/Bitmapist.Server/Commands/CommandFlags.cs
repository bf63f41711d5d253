namespace Bitmapist.Server.Commands;

/// <summary>What a command does and where it may run, in the order in which COMMAND INFO lists them.</summary>
[Flags]
internal enum CommandFlags
{
    None = 0,
    Write = 1 << 0,
    ReadOnly = 1 << 1,
    DenyOom = 1 << 2,
    Admin = 1 << 3,
    NoScript = 1 << 4,
    Loading = 1 << 5,
    Stale = 1 << 6,
    SkipSlowlog = 1 << 7,
    Fast = 1 << 8,
    NoAuth = 1 << 9,
    NoAsyncLoading = 1 << 10,
    NoMulti = 1 << 11,
    AllowBusy = 1 << 12,

    /// <summary>
    /// Leaves a result that is computed after it took effect, as BITOP does (not shown by COMMAND INFO).
    /// </summary>
    LeavesBits = 1 << 27,

    /// <summary>Needs the bits of its key in memory, as SETBIT does (not shown by COMMAND INFO).</summary>
    NeedsBits = 1 << 28,

    /// <summary>Runs inside MULTI instead of being queued (not shown by COMMAND INFO).</summary>
    NotQueued = 1 << 29,

    /// <summary>Needs every shard: it concerns the keyspace as a whole (not shown by COMMAND INFO).</summary>
    WholeKeyspace = 1 << 30,
}

/// <summary>The words that Redis has for flags and categories, in its order.</summary>
internal static class CommandFlagNames
{
    private static readonly string[] s_flags =
    [
        "write", "readonly", "denyoom", "admin", "noscript", "loading", "stale", "skip_slowlog", "fast", "no_auth",
        "no_async_loading", "no_multi", "allow_busy",
    ];

    private static readonly string[] s_categories =
    [
        "keyspace", "read", "write", "string", "bitmap", "admin", "fast", "slow", "dangerous", "connection",
        "transaction",
    ];

    /// <summary>A command's flags; those that are our own are left out.</summary>
    public static List<string> Of(CommandFlags flags)
    {
        var names = new List<string>();
        for (int i = 0; i < s_flags.Length; i++)
            if (((int)flags >> i & 1) != 0) names.Add(s_flags[i]);
        return names;
    }

    /// <summary>A command's categories without their at-signs.</summary>
    public static List<string> Categories(CommandSpec spec)
    {
        string[] given = spec.Categories.Split(' ');
        return [.. s_categories.Where(given.Contains)];
    }
}
