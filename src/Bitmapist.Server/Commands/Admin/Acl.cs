using System.Security.Cryptography;
using System.Text;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Access;
using Bitmapist.Server.State;
using Bitmapist.Storage.Files;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>redis.io/commands/acl-setuser and its siblings: who may do what.</summary>
internal static class Acl
{
    private const CommandFlags Flags = NoScript | Loading | Stale;
    private const string AdminCategories = "admin slow dangerous";
    private const string RulesAsGiven = "7.0; rules as given: 7.2";
    private const string NoFile =
        "ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL "
        + "SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order "
        + "to store users in the Redis configuration.";

    private static ReadOnlySpan<byte> UsersUnsaved =>
        "ERR There was an error trying to save the ACLs. Please check the server logs for more information"u8;

    public static readonly CommandSpec Spec = Containers.Declare("acl", CommandFlags.None) with
    {
        Summary = "A container for commands about users and their rights.",
        Group = "server", Since = "6.0.0", Categories = "slow", Complexity = "that of the subcommand",
        Subcommands =
        [
            Admin("setuser", -3, RunSetUser, "Makes a user, or changes one: all rules are applied, or none.") with
            {
                Arguments = "username [rule...]", Complexity = "O(rules)",
            },
            Admin("getuser", 3, AclReports.RunGetUser, "Replies a user's rules.") with
            {
                Follows = RulesAsGiven, Arguments = "username", Complexity = "O(rules)",
            },
            Admin("deluser", -3, RunDelUser, "Removes users, and closes their connections.") with
            {
                Arguments = "username...", Complexity = "O(users given + connections)",
            },
            Admin("list", 2, AclReports.RunList, "Replies the users as an ACL file has them.") with
            {
                Follows = RulesAsGiven, Complexity = "O(users)",
            },
            Admin("users", 2, AclReports.RunUsers, "Replies the users' names.") with { Complexity = "O(users)" },
            Open("whoami", 2, AclReports.RunWhoAmI, "Replies the name of the connection's user."),
            Open("cat", -2, AclReports.RunCategories, "Replies the categories, or the commands of one.") with
            {
                Arguments = "[category]", Complexity = "O(commands)",
            },
            Open("genpass", -2, RunGeneratePassword, "Replies a random password.") with
            {
                Arguments = "[bits:integer]",
            },
            Admin("log", -2, AclReports.RunLog, "Replies what was refused lately, or forgets it.") with
            {
                Arguments = "[count:integer | RESET]", Complexity = "O(entries shown)",
            },
            Admin("load", 2, RunLoad, "Replaces all users by those of the ACL file.") with
            {
                Complexity = "O(users + connections)",
            },
            Admin("save", 2, RunSave, "Writes all users to the ACL file.") with { Complexity = "O(users)" },
            Admin("dryrun", -4, AclReports.RunDryRun, "Tells whether a user may run a call, and runs nothing.") with
            {
                Since = "7.0.0", Arguments = "username command [arg...]", Complexity = "O(keys of the call)",
            },
            Containers.Help("acl") with { Since = "6.0.0", Group = "server", Categories = "slow" },
        ],
    };

    /// <summary>Redis's answer to too many arguments for a subcommand.</summary>
    public static void FailForCount(CommandContext call, RespWriter reply) => call.Fail(
        reply,
        [
            .. "ERR unknown subcommand or wrong number of arguments for '"u8, .. call.Args.UpToNul(1),
            .. "'. Try ACL HELP."u8,
        ]);

    private static CommandSpec Admin(string name, int arity, CommandRunner run, string summary) =>
        Open(name, arity, run, summary) with { Flags = CommandFlags.Admin | Flags, Categories = AdminCategories };

    private static CommandSpec Open(string name, int arity, CommandRunner run, string summary) =>
        new(name, arity, Flags, KeySpec.None, run)
        {
            Summary = summary, Group = "server", Since = "6.0.0", Categories = "slow",
        };

    private static void RunSetUser(CommandContext call, RespWriter reply)
    {
        string name = Text(call, 2);
        if (RuleWords.HaveSpace(name))
        {
            call.Fail(reply, "ERR Usernames can't contain spaces or null characters"u8);
            return;
        }

        var words = new List<string>();
        for (int i = 3; i < call.Args.Count; i++) words.Add(Text(call, i));
        List<string> rules = RuleWords.Join(words, out string? unmatched);
        if (unmatched is not null)
        {
            call.Fail(reply, Latin1($"ERR Unmatched parenthesis in acl selector starting at '{unmatched}'."));
            return;
        }

        RuleFault fault = call.Server.Access.Set(name, rules, out string refused);
        if (fault == RuleFault.None)
        {
            call.Server.Clients.CutOffForbiddenSubscribers(name, except: call.Client);
            reply.WriteOk();
        }
        else
        {
            call.Fail(
                reply, Latin1($"ERR Error in ACL SETUSER modifier '{Shown(refused)}': {fault.Text()}"));
        }
    }

    /// <summary>What of a refused rule goes into an error: never a password.</summary>
    private static string Shown(string rule) => rule is ['>' or '<', ..] ? rule[0] + SecretArguments.Shown : rule;

    private static void RunDelUser(CommandContext call, RespWriter reply)
    {
        var names = new List<string>();
        for (int i = 2; i < call.Args.Count; i++) names.Add(Text(call, i));
        if (names.Contains(AccessControl.DefaultName))
        {
            call.Fail(reply, "ERR The 'default' user cannot be removed"u8);
            return;
        }

        IReadOnlySet<User> deleted = call.Server.Access.Delete(names);
        call.Server.Clients.CutOff(deleted, except: call.Client);
        reply.WriteInteger(deleted.Count);
    }

    private static void RunGeneratePassword(CommandContext call, RespWriter reply)
    {
        long bits = 256;
        if (call.Args.Count > 3)
        {
            FailForCount(call, reply);
        }
        else if (call.Args.Count == 3 && !call.Args.TryGetInteger(2, out bits))
        {
            call.Fail(reply, Errors.NotAnInteger);
        }
        else if (bits is <= 0 or > AccessLimits.PasswordBits)
        {
            call.Fail(reply, Latin1(
                "ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to "
                + AccessLimits.PasswordBits));
        }
        else
        {
            reply.WriteBulkString(RandomNumberGenerator.GetHexString((int)(bits + 3) / 4, lowercase: true));
        }
    }

    private static void RunLoad(CommandContext call, RespWriter reply)
    {
        if (!call.Server.Access.HasFile)
        {
            call.Fail(reply, Latin1(NoFile));
            return;
        }

        try
        {
            call.Server.Clients.CutOff(call.Server.Access.Load(), except: call.Client);
            reply.WriteOk();
        }
        catch (AclFileException refused)
        {
            call.Fail(reply, Latin1($"ERR {refused.Message}"));
        }
    }

    private static void RunSave(CommandContext call, RespWriter reply)
    {
        if (!call.Server.Access.HasFile)
        {
            call.Fail(reply, Latin1(NoFile));
            return;
        }

        ServerState server = call.Server;
        Action save = server.Access.BeginSave();
        call.Defer(new FileReply(server, () =>
        {
            try
            {
                save();
                return null;
            }
            catch (StorageException failure)
            {
                server.TellUsersUnsaved(failure);
                return [.. UsersUnsaved];
            }
        }));
    }

    private static string Text(CommandContext call, int argument) => Encoding.Latin1.GetString(call.Args[argument]);

    private static byte[] Latin1(string text) => Encoding.Latin1.GetBytes(text);
}
