using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/reset. The library's name and version stay: it is still the same library.</summary>
internal static class Reset
{
    public static readonly CommandSpec Spec =
        new("reset", 1, NoScript | Loading | Stale | Fast | NoAuth | AllowBusy | NotQueued, KeySpec.None, Run)
        {
            Summary = "Makes the connection as new.",
            Group = "connection", Since = "6.2.0", Categories = "fast connection",
        };

    private static void Run(CommandContext call, RespWriter reply)
    {
        call.Reuse(call.EndTransaction());
        call.Session.Unwatch();
        call.Session.Database = 0;
        call.Client.Version = RespVersion.Resp2;
        call.Client.Name = "";
        reply.WriteSimpleString("RESET"u8);
    }
}
