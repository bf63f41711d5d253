using System.Text;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Globs;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>redis.io/commands/command and its subcommands: what the server says about its commands.</summary>
internal static class CommandCommand
{
    private static readonly string[] s_tips = ["nondeterministic_output_order"];

    private static ReadOnlySpan<byte> NoKeys => "ERR The command has no key arguments"u8;

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
            Declare("list", -2, RunList, "Replies the names of commands and subcommands.") with
            {
                Arguments = "[FILTERBY (MODULE module-name | ACLCAT category | PATTERN pattern:pattern)]",
                Tips = s_tips,
            },
            Declare("getkeys", -4, RunKeys, "Replies a call's keys.") with
            {
                Since = "2.8.13", Arguments = "command arg [arg...]", Complexity = "O(arguments)",
            },
            Declare("getkeysandflags", -4, RunKeysAndFlags, "Replies a call's keys and their use.") with
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

    /// <summary>redis.io/commands/command-list</summary>
    private static void RunList(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        IReadOnlyList<CommandSpec> all = call.Commands.ByIndex;
        if (args.Count == 2)
        {
            WriteNames(all, reply);
            return;
        }

        if (args.Count != 5 || !args.Is(2, "filterby"u8))
        {
            call.Fail(reply, Errors.Syntax);
            return;
        }

        string value = Encoding.Latin1.GetString(args[4]);
        if (args.Is(3, "module"u8)) WriteNames([], reply);
        else if (args.Is(3, "aclcat"u8)) WriteNames(all.Where(spec => IsOfCategory(spec, value)), reply);
        else if (!args.Is(3, "pattern"u8)) call.Fail(reply, Errors.Syntax);
        else if (!GlobPattern.TryCompileForLowerCase(args[4], out GlobPattern? pattern))
            call.Fail(reply, Errors.PatternTooLong);
        else WriteNames(all.Where(spec => pattern.IsMatch(Encoding.ASCII.GetBytes(spec.FullName))), reply);
    }

    private static bool IsOfCategory(CommandSpec spec, string category) =>
        spec.Categories.Split(' ').Contains(category, StringComparer.OrdinalIgnoreCase);

    private static void WriteNames(IEnumerable<CommandSpec> specs, RespWriter reply)
    {
        List<CommandSpec> list = [.. specs];
        reply.WriteArrayHeader(list.Count);
        foreach (CommandSpec spec in list) reply.WriteBulkString(spec.FullName);
    }

    /// <summary>redis.io/commands/command-getkeys</summary>
    private static void RunKeys(CommandContext call, RespWriter reply)
    {
        if (!TryResolve(call, reply, out CommandSpec? spec, out ArgumentList target)) return;
        if (!TryFindKeys(call, reply, spec, target, out List<(ReadOnlyMemory<byte> Name, string Access)> keys)) return;
        reply.WriteArrayHeader(keys.Count);
        foreach ((ReadOnlyMemory<byte> name, _) in keys) reply.WriteBulkString(name.Span);
    }

    /// <summary>redis.io/commands/command-getkeysandflags</summary>
    private static void RunKeysAndFlags(CommandContext call, RespWriter reply)
    {
        if (!TryResolve(call, reply, out CommandSpec? spec, out ArgumentList target)) return;
        if (!TryFindKeys(call, reply, spec, target, out List<(ReadOnlyMemory<byte> Name, string Access)> keys)) return;
        reply.WriteArrayHeader(keys.Count);
        foreach ((ReadOnlyMemory<byte> name, string access) in keys)
        {
            reply.WriteArrayHeader(2);
            reply.WriteBulkString(name.Span);
            reply.WriteSimpleStringSet(access.Split(' '));
        }
    }

    /// <summary>The keys of a call and what it does with each.</summary>
    private static bool TryFindKeys(
        CommandContext call, RespWriter reply, CommandSpec spec, ArgumentList target,
        out List<(ReadOnlyMemory<byte> Name, string Access)> keys)
    {
        keys = [];
        foreach (int key in spec.Keys.In(target.Count)) keys.Add((target.Memory(key), AccessOf(spec, target, key)));
        if (spec.WrittenKeyOf?.Invoke(target) is > 0 and var written)
            keys.Add((target.Memory(written), AccessOf(spec, target, written)));
        DateTime now = call.Server.Time.GetUtcNow().UtcDateTime;
        foreach (ReadOnlyMemory<byte> key in spec.NamedKeysOf?.Invoke(target, now) ?? [])
            keys.Add((key, spec.MovableKeys[0].Access));
        if (keys.Count > 0) return true;
        call.Fail(reply, NoKeys);
        return false;
    }

    private static string AccessOf(CommandSpec spec, ArgumentList target, int key)
    {
        if (key == spec.WrittenKeyOf?.Invoke(target)) return spec.MovableKeys[^1].Access;
        bool isOther = spec.OtherKeyAccess.Length > 0 && key != spec.Keys.First;
        return isOther ? spec.OtherKeyAccess : spec.KeyAccessOf?.Invoke(target) ?? spec.KeyAccess;
    }

    private static bool TryResolve(
        CommandContext call,
        RespWriter reply,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CommandSpec? spec,
        out ArgumentList target)
    {
        target = call.Args.Skip(2);
        spec = call.Commands.Find(target[0]);
        if (spec is { Subcommands.Count: > 0 } && target.Count > 1) spec = CommandTable.FindSubcommand(spec, target[1]);
        if (spec is null) call.Fail(reply, "ERR Invalid command specified"u8);
        else if (spec.NamedKeysOf is null && (spec.Keys.First == 0 || spec.KeyAccess == "not_key"))
            call.Fail(reply, NoKeys);
        else if (!spec.AcceptsCount(target.Count))
            call.Fail(reply, "ERR Invalid number of arguments specified for command"u8);
        else return true;
        return false;
    }
}
