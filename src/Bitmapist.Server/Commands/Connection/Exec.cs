using System.Text;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Connections;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/exec</summary>
internal static class Exec
{
    public static readonly CommandSpec Spec =
        new("exec", 1, NoScript | Loading | Stale | SkipSlowlog | NotQueued, KeySpec.None, Run)
        {
            Summary = "Runs the commands of a transaction as one.",
            Group = "transactions", Since = "1.2.0", Categories = "slow transaction",
            Complexity = "that of the commands",
        };

    /// <summary>A malformed EXEC ends the transaction, if there is one.</summary>
    public static void Abort(CommandContext call, RespWriter reply, string reason)
    {
        call.Client.EndTransaction();
        call.Session.Unwatch();
        call.Fail(reply, Encoding.ASCII.GetBytes($"EXECABORT Transaction discarded because of: {reason}"));
    }

    private static void Run(CommandContext call, RespWriter reply)
    {
        ClientConnection client = call.Client;
        if (client.EndTransaction() is not { } transaction)
        {
            call.Fail(reply, Errors.ExecWithoutMulti);
            return;
        }

        if (transaction.IsFailed)
        {
            client.Session.Unwatch();
            call.Fail(reply, Errors.ExecAborted);
            return;
        }

        var run = new TransactionRun(call, transaction);
        if (run.TryRun() && run.IsPlain) run.WriteAll(reply);
        else call.Defer(run);
    }
}
