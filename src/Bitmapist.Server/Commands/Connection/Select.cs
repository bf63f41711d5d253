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

    /// <summary>The database that a call selects, if there is one of that number.</summary>
    public static int? DatabaseOf(ArgumentList args, int databases) =>
        args.TryGetInteger(1, out long number) && number >= 0 && number < databases ? (int)number : null;

    private static void Run(CommandContext call, RespWriter reply)
    {
        if (!call.TryGetInt(reply, 1, out _)) return;
        if (DatabaseOf(call.Args, call.Session.Databases) is not { } database)
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
