using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/select</summary>
internal static class Select
{
    public static readonly CommandSpec Spec = new("select", 2, Loading | Stale | Fast, KeySpec.None, Run)
    {
        Summary = "Selects the database of the connection.", Group = "connection", Categories = "fast connection",
        Arguments = "index:integer",
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        if (!call.TryGetInt(reply, 1, out int database)) return;
        if (database < 0 || database >= call.Server.Store.Databases)
        {
            call.Fail(reply, Errors.DatabaseIndex);
        }
        else
        {
            call.Session.Database = database;
            reply.WriteOk();
        }
    }
}
