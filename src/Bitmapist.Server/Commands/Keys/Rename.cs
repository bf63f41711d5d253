using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>redis.io/commands/rename and renamenx</summary>
internal static class Rename
{
    public static readonly CommandSpec Spec = new("rename", 3, Write, KeySpec.FirstTwoArguments, RunAlways)
    {
        Summary = "Gives a key another name, overwriting a key of that name.",
        Categories = "keyspace write slow", KeyAccess = "RW access delete", OtherKeyAccess = "OW update",
        Arguments = "key newkey:key",
    };

    public static readonly CommandSpec IfMissing =
        new("renamenx", 3, Write | Fast, KeySpec.FirstTwoArguments, RunIfMissing)
    {
        Summary = "Gives a key another name unless a key of that name exists.",
        Categories = "keyspace write fast", KeyAccess = "RW access delete", OtherKeyAccess = "OW insert",
        Arguments = "key newkey:key",
    };

    private static void RunAlways(CommandContext call, RespWriter reply)
    {
        if (call.Session.Rename(call.Args[1], call.Args[2], SetCondition.Always) == RenameResult.Renamed)
            reply.WriteOk();
        else call.Fail(reply, Errors.NoSuchKey);
    }

    private static void RunIfMissing(CommandContext call, RespWriter reply)
    {
        RenameResult result = call.Session.Rename(call.Args[1], call.Args[2], SetCondition.IfMissing);
        if (result == RenameResult.NoSuchKey) call.Fail(reply, Errors.NoSuchKey);
        else reply.WriteInteger(result == RenameResult.Renamed ? 1 : 0);
    }
}
