using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Connection;

/// <summary>redis.io/commands/ping</summary>
internal static class Ping
{
    public static readonly CommandSpec Spec = new("ping", -1, Fast, KeySpec.None, Run)
    {
        Summary = "Replies PONG, or the argument.",
        Group = "connection", Categories = "fast connection",
        Arguments = "[message]",
        Tips = ["request_policy:all_shards", "response_policy:all_succeeded"],
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        if (call.Args.Count == 1) reply.WriteSimpleString("PONG"u8);
        else if (call.Args.Count == 2) reply.WriteBulkString(call.Args[1]);
        else call.Fail(reply, "ERR wrong number of arguments for 'ping' command"u8);
    }
}
