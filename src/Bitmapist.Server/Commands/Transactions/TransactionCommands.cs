using System.Text;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Transactions;

/// <summary>redis.io/topics/transactions: multi, exec, discard, watch and unwatch</summary>
internal static class TransactionCommands
{
    private const CommandFlags Flags = NoScript | Loading | Stale;

    public static readonly CommandSpec Multi =
        new("multi", 1, Flags | Fast | AllowBusy | NotQueued, KeySpec.None, RunMulti)
        {
            Summary = "Starts a transaction: commands are queued until EXEC.",
            Group = "transactions", Since = "1.2.0", Categories = "fast transaction",
        };

    public static readonly CommandSpec Exec = new("exec", 1, Flags | SkipSlowlog | NotQueued, KeySpec.None, RunExec)
    {
        Summary = "Runs the commands of a transaction as one.",
        Group = "transactions", Since = "1.2.0", Categories = "slow transaction", Complexity = "that of the commands",
    };

    public static readonly CommandSpec Discard =
        new("discard", 1, Flags | Fast | AllowBusy | NotQueued, KeySpec.None, RunDiscard)
        {
            Summary = "Forgets the commands of a transaction.",
            Group = "transactions", Since = "2.0.0", Categories = "fast transaction", Complexity = "O(commands)",
        };

    public static readonly CommandSpec Watch =
        new("watch", -2, Flags | Fast | AllowBusy | NotQueued, KeySpec.AllArguments, RunWatch)
        {
            Summary = "Makes the next EXEC fail if any of the keys is touched before it.",
            Group = "transactions", Since = "2.2.0", Categories = "fast transaction", KeyAccess = "RO",
            Complexity = "O(keys given)", Arguments = "key...",
        };

    public static readonly CommandSpec Unwatch = new("unwatch", 1, Flags | Fast | AllowBusy, KeySpec.None, RunUnwatch)
    {
        Summary = "Forgets every watched key.",
        Group = "transactions", Since = "2.2.0", Categories = "fast transaction", Complexity = "O(keys watched)",
    };

    /// <summary>A malformed EXEC ends the transaction, if there is one.</summary>
    public static void AbortExec(CommandContext call, RespWriter reply, string reason)
    {
        call.EndTransaction();
        call.Session.Unwatch();
        call.Fail(reply, Encoding.ASCII.GetBytes($"EXECABORT Transaction discarded because of: {reason}"));
    }

    private static void RunMulti(CommandContext call, RespWriter reply)
    {
        if (call.Transaction is not null)
        {
            call.Fail(reply, Errors.MultiNested);
            return;
        }

        call.BeginTransaction();
        reply.WriteOk();
    }

    private static void RunExec(CommandContext call, RespWriter reply)
    {
        if (call.EndTransaction() is not { } transaction)
        {
            call.Fail(reply, Errors.ExecWithoutMulti);
            return;
        }

        if (transaction.IsFailed)
        {
            call.Session.Unwatch();
            call.Fail(reply, Errors.ExecAborted);
            return;
        }

        var run = new TransactionRun(call, transaction);
        if (run.TryRun() && run.IsPlain) run.WriteAll(reply);
        else call.Defer(run);
    }

    private static void RunDiscard(CommandContext call, RespWriter reply)
    {
        if (call.Transaction is null)
        {
            call.Fail(reply, Errors.DiscardWithoutMulti);
            return;
        }

        call.Reuse(call.EndTransaction());
        call.Session.Unwatch();
        reply.WriteOk();
    }

    private static void RunWatch(CommandContext call, RespWriter reply)
    {
        if (call.Transaction is not null)
        {
            call.Fail(reply, Errors.WatchInMulti);
            return;
        }

        // Once a watch is broken EXEC fails whatever happens, as in Redis.
        for (int i = 1; i < call.Args.Count && !call.Session.IsWatchBroken; i++) call.Session.Watch(call.Args[i]);
        reply.WriteOk();
    }

    private static void RunUnwatch(CommandContext call, RespWriter reply)
    {
        call.Session.Unwatch();
        reply.WriteOk();
    }
}
