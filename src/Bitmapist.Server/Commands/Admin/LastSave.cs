using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Admin;

/// <summary>redis.io/commands/lastsave</summary>
internal static class LastSave
{
    public static readonly CommandSpec Spec = new("lastsave", 1, Loading | Stale | Fast, KeySpec.None, Run)
    {
        Summary = "Replies the unix time in seconds of the last save that succeeded, or of the start.",
        Group = "server", Categories = "admin fast dangerous", Tips = ["nondeterministic_output"],
    };

    private static void Run(CommandContext call, RespWriter reply) => reply.WriteInteger(
        call.Server.Persistence?.LastSaveUnixSeconds ?? call.Server.StartedAtUnixMs / 1000);
}
