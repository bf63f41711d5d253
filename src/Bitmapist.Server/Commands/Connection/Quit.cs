using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/quit</summary>
internal static class Quit
{
    public static readonly CommandSpec Spec =
        new("quit", -1, NoScript | Loading | Stale | Fast | NoAuth | AllowBusy | NotQueued, KeySpec.None, Run)
        {
            Summary = "Closes the connection.", Group = "connection", Categories = "fast connection",
        };

    private static void Run(CommandContext call, RespWriter reply)
    {
        reply.WriteOk();
        call.Client.IsClosing = true;
    }
}
