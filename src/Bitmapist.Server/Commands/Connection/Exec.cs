using System.Buffers;
using System.Diagnostics;
using System.Text;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Connections;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>
/// redis.io/commands/exec: holds the shards of every queued command's keys, runs all, lets go, and only then does what
/// the commands left to be done on frozen values.
/// </summary>
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
        call.Client.Transaction = null;
        call.Session.Unwatch();
        call.Fail(reply, Encoding.ASCII.GetBytes($"EXECABORT Transaction discarded because of: {reason}"));
    }

    private static void Run(CommandContext call, RespWriter reply)
    {
        ClientConnection client = call.Client;
        if (client.Transaction is not { } transaction)
        {
            call.Fail(reply, Errors.ExecWithoutMulti);
            return;
        }

        client.Transaction = null;
        if (transaction.IsFailed)
        {
            client.Session.Unwatch();
            call.Fail(reply, Errors.ExecAborted);
            return;
        }

        var replies = new ArrayBufferWriter<byte>();
        List<(int At, DeferredReply Reply)> deferred = [];
        bool isRun;
        try
        {
            using TransactionScope scope = client.Session.BeginTransaction(transaction.Shards());
            isRun = !client.Session.IsWatchBroken;
            if (isRun) RunQueued(call, transaction, replies, deferred);
        }
        finally
        {
            client.Session.Unwatch();
        }

        if (!isRun) reply.WriteNullArray();
        else if (deferred.Count > 0) call.Defer(new TransactionReply(transaction.Commands.Count, replies, deferred));
        else
        {
            reply.WriteArrayHeader(transaction.Commands.Count);
            reply.WriteRaw(replies.WrittenSpan);
        }
    }

    private static void RunQueued(
        CommandContext call,
        TransactionState transaction,
        ArrayBufferWriter<byte> replies,
        List<(int At, DeferredReply Reply)> deferred)
    {
        call.IsInTransaction = true;
        foreach ((CommandSpec spec, byte[][] args) in transaction.Commands)
        {
            call.Args = new ArgumentList(args);
            CommandDispatcher.Run(call, spec, new RespWriter(replies, call.Client.Version));
            if (call.TakeDeferred() is { } left) deferred.Add((replies.WrittenCount, left));
        }

        call.IsInTransaction = false;
    }

    /// <summary>The replies of a transaction, some of which are still to be computed.</summary>
    private sealed class TransactionReply(
        int count, ArrayBufferWriter<byte> written, List<(int At, DeferredReply Reply)> deferred) : DeferredReply
    {
        private int _next;
        private int _from;

        public override long Cost => deferred.Sum(left => left.Reply.Cost);

        protected override void Compute()
        {
            foreach ((_, DeferredReply left) in deferred) left.Finish();
        }

        public override bool IsStreamed => deferred.Exists(left => left.Reply.IsStreamed);

        protected override bool WritePart(RespWriter reply, out StringSlice? body)
        {
            if (_next == 0) reply.WriteArrayHeader(count);
            body = null;
            while (_next < deferred.Count)
            {
                (int at, DeferredReply left) = deferred[_next++];
                reply.WriteRaw(written.WrittenSpan[_from..at]);
                _from = at;
                left.WriteNext(reply, out body);
                if (body is not null) return true;
            }

            reply.WriteRaw(written.WrittenSpan[_from..]);
            return false;
        }

        protected override void Write(RespWriter reply)
        {
            while (WritePart(reply, out StringSlice? body)) Debug.Assert(body is null, "Streamed replies go by parts.");
        }
    }
}
