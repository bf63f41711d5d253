namespace Bitmapist.Server.Access;

/// <summary>
/// Redis 7.0's categories of commands, all of them, in its order: also those that no command here has; and one for the
/// commands that Redis does not have.
/// </summary>
internal static class CommandCategories
{
    /// <summary>The names, without their at-signs.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "keyspace", "read", "write", "set", "sortedset", "list", "hash", "string", "bitmap", "hyperloglog", "geo",
        "stream", "pubsub", "admin", "fast", "slow", "blocking", "dangerous", "connection", "transaction", "scripting",
        "bitmapist",
    ];

    /// <summary>The place of a category in <see cref="Names"/>, whatever its case; -1: there is none.</summary>
    public static int IndexOf(string name)
    {
        for (int i = 0; i < Names.Count; i++)
            if (Names[i].Equals(name, StringComparison.OrdinalIgnoreCase)) return i;
        return -1;
    }

    /// <summary>The names in a list separated by spaces as bits, the first category being bit 0.</summary>
    public static uint MaskOf(string names)
    {
        uint mask = 0;
        foreach (string name in names.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            if (IndexOf(name) is >= 0 and var index) mask |= 1u << index;
        return mask;
    }
}
