using Bitmapist.Resp.Writing;
using Bitmapist.Server.Connections;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/multi</summary>
internal static class Multi
{
    public static readonly CommandSpec Spec =
        new("multi", 1, NoScript | Loading | Stale | Fast | AllowBusy | NotQueued, KeySpec.None, Run)
        {
            Summary = "Starts a transaction: commands are queued until EXEC.",
            Group = "transactions", Since = "1.2.0", Categories = "fast transaction",
        };

    private static void Run(CommandContext call, RespWriter reply)
    {
        if (call.Client.Transaction is not null)
        {
            call.Fail(reply, Errors.MultiNested);
            return;
        }

        call.Client.BeginTransaction();
        reply.WriteOk();
    }
}
