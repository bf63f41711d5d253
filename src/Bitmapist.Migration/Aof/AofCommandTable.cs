using System.Collections.Frozen;

namespace Bitmapist.Migration.Aof;

/// <summary>How a command is replayed.</summary>
/// <param name="CountMin">Its least arguments, the name counted.</param>
/// <param name="Run">Applies it.</param>
internal sealed record AofCommandSpec(int CountMin, Action<AofReplay, AofCommand> Run);

/// <summary>
/// Every command that is replayed or passed over. What Redis rewrites before it logs it (EXPIRE as PEXPIREAT, GETDEL as
/// DEL) is here in its first form too: versions differ in what they rewrite.
/// </summary>
internal static class AofCommandTable
{
    private static readonly FrozenDictionary<string, AofCommandSpec> s_all = All().ToFrozenDictionary(
        pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);

    /// <summary>How to replay a command.</summary>
    /// <exception cref="Storage.Files.CorruptFileException">It is not known, or lacks arguments.</exception>
    public static AofCommandSpec Find(AofCommand command)
    {
        if (!s_all.TryGetValue(command.Name, out AofCommandSpec? spec))
            throw command.Refuse("is not known to this program: " + UnreplayedCommands.WayOut);
        command.Require(spec.CountMin);
        return spec;
    }

    private static Dictionary<string, AofCommandSpec> All()
    {
        var all = new Dictionary<string, AofCommandSpec>(StringComparer.Ordinal);
        StringCommands.AddTo(all);
        NumberCommands.AddTo(all);
        BitCommands.AddTo(all);
        AofKeyCommands.AddTo(all);
        ExpiryCommands.AddTo(all);
        AofDatabaseCommands.AddTo(all);
        OtherTypeCommands.AddTo(all);
        UnreplayedCommands.AddTo(all);
        return all;
    }
}

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
