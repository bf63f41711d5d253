using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/echo</summary>
internal static class Echo
{
    public static readonly CommandSpec Spec = new("echo", 2, Loading | Stale | Fast, KeySpec.None, Run)
    {
        Summary = "Replies the argument.", Group = "connection", Categories = "fast connection",
        Arguments = "message",
    };

    private static void Run(CommandContext call, RespWriter reply) => reply.WriteBulkString(call.Args[1]);
}
