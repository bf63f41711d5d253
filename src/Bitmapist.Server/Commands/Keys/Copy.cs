using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>redis.io/commands/copy</summary>
internal static class Copy
{
    public static readonly CommandSpec Spec = new("copy", -3, Write | DenyOom, KeySpec.FirstTwoArguments, Run)
    {
        Summary = "Copies a key's string and expiry time to another key, in another database if asked.",
        Since = "6.2.0", Categories = "keyspace write slow", KeyAccess = "RO access", OtherKeyAccess = "OW update",
        Arguments = "source:key destination:key [DB destination-db:integer] [REPLACE]",
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        int database = call.Session.Database;
        SetCondition condition = SetCondition.IfMissing;
        for (int i = 3; i < args.Count; i++)
        {
            if (args.Is(i, "replace"u8))
            {
                condition = SetCondition.Always;
            }
            else if (args.Is(i, "db"u8) && i + 1 < args.Count)
            {
                if (!call.TryGetInt(reply, ++i, out database)) return;
                if (database < 0 || database >= call.Server.Store.Databases)
                {
                    call.Fail(reply, Errors.DatabaseIndex);
                    return;
                }
            }
            else
            {
                call.Fail(reply, Errors.Syntax);
                return;
            }
        }

        if (database == call.Session.Database && args[1].SequenceEqual(args[2])) call.Fail(reply, Errors.SameObject);
        else reply.WriteInteger(call.Session.Copy(args[1], database, args[2], condition) ? 1 : 0);
    }
}
