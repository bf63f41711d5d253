using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>redis.io/commands/move</summary>
internal static class Move
{
    public static readonly CommandSpec Spec = new("move", 3, Write | Fast, KeySpec.FirstArgument, Run)
    {
        Summary = "Moves a key to another database, unless that has one of its name; replies 1, else 0.",
        Categories = "keyspace write fast", KeyAccess = "RW access update", Arguments = "key db:integer",
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        if (!call.TryGetInt(reply, 2, out int database)) return;
        if (database < 0 || database >= call.Server.Store.Databases) call.Fail(reply, Errors.DatabaseIndex);
        else if (database == call.Session.Database) call.Fail(reply, Errors.SameObject);
        else reply.WriteInteger(call.Session.Move(call.Args[1], database) ? 1 : 0);
    }
}
