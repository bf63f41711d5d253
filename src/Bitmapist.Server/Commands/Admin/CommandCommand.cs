using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>redis.io/commands/command and its subcommands: what the server says about its commands.</summary>
internal static class CommandCommand
{
    private static readonly string[] s_tips = ["nondeterministic_output_order"];

    public static readonly CommandSpec Spec = new("command", -1, Loading | Stale, KeySpec.None, RunAll)
    {
        Summary = "Describes every command.",
        Group = "server", Since = "2.8.13", Categories = "slow connection", Complexity = "O(commands)", Tips = s_tips,
        Subcommands =
        [
            Declare("count", 2, RunCount, "Replies the number of commands.") with
            {
                Since = "2.8.13", Complexity = "O(1)",
            },
            Declare("info", -2, RunInfo, "Describes commands: arity, flags, keys.") with
            {
                Since = "2.8.13", Arguments = "[command-name...]", Tips = s_tips,
            },
            Declare("docs", -2, RunDocs, "Documents commands: what they do, their arguments.") with
            {
                Arguments = "[command-name...]", Tips = s_tips,
            },
            Declare("list", -2, CommandNames.Run, "Replies the names of commands and subcommands.") with
            {
                Arguments = "[FILTERBY (MODULE module-name | ACLCAT category | PATTERN pattern:pattern)]",
                Tips = s_tips,
            },
            Declare("getkeys", -4, CommandKeys.RunKeys, "Replies a call's keys.") with
            {
                Since = "2.8.13", Arguments = "command arg [arg...]", Complexity = "O(arguments)",
            },
            Declare("getkeysandflags", -4, CommandKeys.RunKeysAndFlags, "Replies a call's keys and their use.") with
            {
                Arguments = "command arg [arg...]", Complexity = "O(arguments)",
            },
            Containers.Help("command") with { Since = "5.0.0", Group = "server", Categories = "slow connection" },
        ],
    };

    private static CommandSpec Declare(string name, int arity, CommandRunner run, string summary) =>
        new(name, arity, Loading | Stale, KeySpec.None, run)
        {
            Summary = summary, Group = "server", Since = "7.0.0", Categories = "slow connection",
            Complexity = "O(commands)",
        };

    private static void RunAll(CommandContext call, RespWriter reply)
    {
        reply.WriteArrayHeader(call.Commands.All.Count);
        foreach (CommandSpec spec in call.Commands.All) CommandDescription.Write(spec, reply);
    }

    private static void RunCount(CommandContext call, RespWriter reply) => reply.WriteInteger(call.Commands.All.Count);

    private static void RunInfo(CommandContext call, RespWriter reply)
    {
        if (call.Args.Count == 2)
        {
            RunAll(call, reply);
            return;
        }

        reply.WriteArrayHeader(call.Args.Count - 2);
        for (int i = 2; i < call.Args.Count; i++)
        {
            if (FindByFullName(call.Commands, call.Args[i]) is { } spec) CommandDescription.Write(spec, reply);
            else reply.WriteNull();
        }
    }

    private static void RunDocs(CommandContext call, RespWriter reply)
    {
        IReadOnlyList<CommandSpec> specs = call.Commands.All;
        if (call.Args.Count > 2)
        {
            var found = new List<CommandSpec>();
            for (int i = 2; i < call.Args.Count; i++)
                if (FindByFullName(call.Commands, call.Args[i]) is { } spec) found.Add(spec);
            specs = found;
        }

        CommandDocumentation.Write(specs, reply);
    }

    /// <summary>The command of a name such as get or client|id, in any case, or null.</summary>
    private static CommandSpec? FindByFullName(CommandTable commands, ReadOnlySpan<byte> name)
    {
        int bar = name.IndexOf((byte)'|');
        if (bar < 0) return commands.Find(name);
        return commands.Find(name[..bar]) is { } container
            ? CommandTable.FindSubcommand(container, name[(bar + 1)..])
            : null;
    }
}
