using Bitmapist.Engine;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.State;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>
/// redis.io/commands/wait. There are no replicas, so waiting for some lasts until its time is over, or until CLIENT
/// UNBLOCK; not within a transaction, as in Redis.
/// </summary>
internal static class Wait
{
    public static readonly CommandSpec Spec = new("wait", 3, NoScript, KeySpec.None, Run)
    {
        Summary = "Waits for replicas, of which there are none; replies how many there are.",
        Group = "generic", Since = "3.0.0", Categories = "slow connection",
        Arguments = "numreplicas:integer timeout:integer",
        Tips = ["request_policy:all_shards", "response_policy:agg_min"],
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        if (!call.Args.TryGetInteger(1, out long replicas)) call.Fail(reply, Errors.NotAnInteger);
        else if (!ClientModesCommands.TryGetTimeout(call, reply, 2, out long milliseconds)) return;
        else if (replicas <= 0 || call.IsInTransaction) reply.WriteInteger(0);
        else call.Defer(new WaitReply(call, milliseconds));
    }

    private sealed class WaitReply(CommandContext call, long milliseconds) : DeferredReply
    {
        private bool _isError;

        public override long Cost => long.MaxValue;

        public override Task Preparation(BackgroundThreads workers) => WaitAsync();

        protected override void Compute()
        {
            // The waiting was all.
        }

        protected override bool WritePiece(RespWriter reply)
        {
            if (_isError) call.Fail(reply, "UNBLOCKED client unblocked via CLIENT UNBLOCK"u8);
            else reply.WriteInteger(0);
            return false;
        }

        private async Task WaitAsync()
        {
            ClientState client = call.Client;
            var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            client.Blocking = ended;
            try
            {
                TimeSpan time = milliseconds is 0 or > int.MaxValue
                    ? Timeout.InfiniteTimeSpan
                    : TimeSpan.FromMilliseconds(milliseconds);
                Interlocked.MemoryBarrier();
                if (client.IsClosing || client.IsGone) return;
                _isError = await ended.Task.WaitAsync(time).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // As it should be.
            }
            finally
            {
                client.Blocking = null;
                if (client.IsGone) client.IsClosing = true; // what it sent behind this is not run
            }
        }
    }
}
