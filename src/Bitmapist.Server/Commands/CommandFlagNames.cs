namespace Bitmapist.Server.Commands;

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
