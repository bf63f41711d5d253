using System.Collections.Frozen;

namespace Bitmapist.Migration.Aof;

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
        KeyCommands.AddTo(all);
        ExpiryCommands.AddTo(all);
        DatabaseCommands.AddTo(all);
        OtherTypeCommands.AddTo(all);
        UnreplayedCommands.AddTo(all);
        return all;
    }
}
