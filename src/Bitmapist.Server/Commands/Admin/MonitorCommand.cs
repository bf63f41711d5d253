using Bitmapist.Resp.Writing;
using Bitmapist.Server.State;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>
/// redis.io/commands/monitor: every command that is run, without those of administrators and without secrets.
/// </summary>
internal static class MonitorCommand
{
    public static readonly CommandSpec Spec =
        new("monitor", 1, CommandFlags.Admin | NoScript | Loading | Stale, KeySpec.None, Run)
        {
            Summary = "Sends the connection every command that the server runs from now on.",
            Group = "server", Categories = "admin slow dangerous",
        };

    private static void Run(CommandContext call, RespWriter reply)
    {
        if (call.IsInTransaction)
        {
            call.Fail(reply, "ERR MONITOR isn't allowed for DENY BLOCKING client"u8);
            return;
        }

        if ((call.Client.Modes & ClientModes.Monitor) != 0) return; // without a reply, as in Redis
        call.Client.Modes |= ClientModes.Monitor;
        reply.WriteOk();
        call.Server.Monitors.Add(call.Client);
    }
}
