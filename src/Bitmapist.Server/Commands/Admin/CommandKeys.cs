using Bitmapist.Resp.Writing;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>redis.io/commands/command-getkeys and command-getkeysandflags</summary>
internal static class CommandKeys
{
    public static void RunKeys(CommandContext call, RespWriter reply)
    {
        if (!TryResolve(call, reply, out CommandSpec? spec, out ArgumentList target)) return;
        List<int> keys = PositionsOf(spec, target);
        reply.WriteArrayHeader(keys.Count);
        foreach (int key in keys) reply.WriteBulkString(target[key]);
    }

    public static void RunKeysAndFlags(CommandContext call, RespWriter reply)
    {
        if (!TryResolve(call, reply, out CommandSpec? spec, out ArgumentList target)) return;
        List<int> keys = PositionsOf(spec, target);
        reply.WriteArrayHeader(keys.Count);
        foreach (int key in keys)
        {
            bool isOther = spec.OtherKeyAccess.Length > 0 && key != spec.Keys.First;
            string access = isOther ? spec.OtherKeyAccess : spec.KeyAccessOf?.Invoke(target) ?? spec.KeyAccess;
            reply.WriteArrayHeader(2);
            reply.WriteBulkString(target[key]);
            reply.WriteSimpleStringSet(access.Split(' '));
        }
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
        else if (spec.Keys.First == 0) call.Fail(reply, "ERR The command has no key arguments"u8);
        else if (!spec.AcceptsCount(target.Count))
            call.Fail(reply, "ERR Invalid number of arguments specified for command"u8);
        else return true;
        return false;
    }

    private static List<int> PositionsOf(CommandSpec spec, ArgumentList target)
    {
        var positions = new List<int>();
        foreach (int key in spec.Keys.In(target.Count)) positions.Add(key);
        return positions;
    }
}
