using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>redis.io/commands/strlen</summary>
internal static class StrLen
{
    public static readonly CommandSpec Spec = new("strlen", 2, ReadOnly | Fast, KeySpec.FirstArgument, Run)
    {
        Summary = "Replies the length of a string in bytes.",
        Group = "string", Since = "2.2.0", Categories = "read string fast", KeyAccess = "RO", Arguments = "key",
    };

    private static void Run(CommandContext call, RespWriter reply) =>
        reply.WriteInteger(call.Session.Length(call.Args[1]));
}
