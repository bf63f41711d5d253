using System.Text;
using Bitmapist.Server.Access;
using Bitmapist.Server.Dispatch;
using Bitmapist.Storage.Files;
using Bitmapist.Testing.Files;

namespace Bitmapist.Fuzz.Targets;

/// <summary>
/// The file of users, and so the rules of ACL SETUSER: whatever the bytes, it is refused with a line, or read; and what
/// was read is written in a way that is read as the same users again.
/// </summary>
public sealed class AclTarget : IFuzzTarget
{
    private const string Path = "/users.acl";
    private static readonly CommandCatalog s_catalog = CommandList.Table.Catalog;

    private static readonly string[] s_rules =
    [
        "on", "off", "nopass", "resetpass", "reset", "allkeys", "resetkeys", "allchannels", "resetchannels", "~*", "&*",
        "allcommands", "nocommands", "+@all", "-@all", "+@read", "-@dangerous", "+get", "-set", "+config|get",
        "-config", "+select|0", "~a*", "%R~b?", "%W~[c-e]", "%RW~\\*", "&news*", ">pass", "<pass", "clearselectors",
        "(+get ~x)", "(%R~y &z -@all)", "sanitize-payload", "skip-sanitize-payload",
        "#ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "!ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ];

    public string Name => "acl";

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        .. s_rules.Select(rule => Encoding.Latin1.GetBytes($" {rule} ")), "\nuser "u8.ToArray(),
        "user default "u8.ToArray(), "("u8.ToArray(), ")"u8.ToArray(), "|"u8.ToArray(), "\0"u8.ToArray(),
        "\r\n"u8.ToArray(), "~"u8.ToArray(), "\t"u8.ToArray(),
    ];

    public byte[] Generate(Random random)
    {
        var text = new StringBuilder();
        for (int users = random.Next(1, 5); users > 0; users--)
        {
            text.Append("user u").Append(random.Next(10));
            for (int rules = random.Next(12); rules > 0; rules--)
                text.Append(' ').Append(s_rules[random.Next(s_rules.Length)]);
            text.Append('\n');
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    public string Check(byte[] input, Random random)
    {
        var files = new SimulatedFileSystem();
        using (IFile file = files.Open(Path, FileOpen.CreateNew)) file.Write(0, input);
        var acl = new AclFile(files, Path);
        Dictionary<string, UserRules> users;
        try
        {
            users = acl.Read(s_catalog);
        }
        catch (AclFileException refused)
        {
            bool hasLine = refused.Message.Contains(Path + ":", StringComparison.Ordinal)
                || refused.Message.Contains("found on line ", StringComparison.Ordinal);
            return hasLine ? Kinds(refused.Message) : throw new FuzzFailureException($"No line: {refused.Message}");
        }

        acl.Write(AclFile.TextOf(users.Select(user => new User(user.Key, user.Value))));
        CompareUsers(users, acl.Read(s_catalog));
        return $"{users.Count} users";
    }

    private static void CompareUsers(Dictionary<string, UserRules> users, Dictionary<string, UserRules> again)
    {
        if (users.Count != again.Count) throw new FuzzFailureException($"{users.Count} users, then {again.Count}");
        foreach ((string name, UserRules rules) in users)
        {
            if (!again.TryGetValue(name, out UserRules? same) || same.ToString() != rules.ToString())
                throw new FuzzFailureException($"{name}: {rules}\nthen: {same}");
            foreach ((Selector left, Selector right) in rules.Selectors.Zip(same.Selectors))
            {
                for (int i = 0; i < s_catalog.Entries.Count; i++)
                {
                    if (left.AllowsCommand(i) != right.AllowsCommand(i))
                        throw new FuzzFailureException($"{s_catalog.Entries[i].FullName} of {rules}");
                }
            }
        }
    }

    /// <summary>Which faults there are, whatever their number.</summary>
    private static string Kinds(string message)
    {
        IEnumerable<string> kinds = Enum.GetValues<RuleFault>().Select(fault => fault.Text())
            .Concat(["Duplicate", "Unmatched", "should start", "invalid characters"]);
        return string.Join('+', kinds.Distinct().Where(kind => message.Contains(kind, StringComparison.Ordinal)));
    }
}
