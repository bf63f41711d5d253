using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/discard</summary>
internal static class Discard
{
    public static readonly CommandSpec Spec =
        new("discard", 1, NoScript | Loading | Stale | Fast | AllowBusy | NotQueued, KeySpec.None, Run)
        {
            Summary = "Forgets the commands of a transaction.",
            Group = "transactions", Since = "2.0.0", Categories = "fast transaction", Complexity = "O(commands)",
        };

    private static void Run(CommandContext call, RespWriter reply)
    {
        if (call.Client.Transaction is null)
        {
            call.Fail(reply, Errors.DiscardWithoutMulti);
            return;
        }

        call.Client.Reuse(call.Client.EndTransaction());
        call.Session.Unwatch();
        reply.WriteOk();
    }
}
