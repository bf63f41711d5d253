namespace Bitmapist.Migration.Aof;

/// <summary>
/// Commands that change strings in ways that only Redis knows. Leaving them out would leave wrong values, so they are
/// refused by name, with the way that works: RDB files have the result.
/// </summary>
internal static class UnreplayedCommands
{
    /// <summary>What always works.</summary>
    public const string WayOut = "let redis-server load these files, SAVE, and import its dump";

    public static void AddTo(Dictionary<string, AofCommandSpec> all)
    {
        foreach (string name in (string[])["PFADD", "PFMERGE", "PFCOUNT", "PFDEBUG"])
            all.Add(name, Refused("changes a HyperLogLog, which this program does not compute"));
        foreach (string name in (string[])["EVAL", "EVALSHA", "FCALL"])
            all.Add(name, Refused("runs a script (Redis before 5.0 logged these), which this program does not"));
    }

    private static AofCommandSpec Refused(string reason) =>
        new(1, (_, command) => throw command.Refuse($"{reason}: {WayOut}"));
}
