using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>redis.io/commands/type</summary>
internal static class TypeOf
{
    public static readonly CommandSpec Spec = new("type", 2, ReadOnly | Fast, KeySpec.FirstArgument, Run)
    {
        Summary = "Replies string for a key that exists, none for one that does not.",
        Categories = "keyspace read fast", KeyAccess = "RO", Arguments = "key",
    };

    private static void Run(CommandContext call, RespWriter reply) =>
        reply.WriteSimpleString(call.Session.Exists(call.Args[1]) ? "string"u8 : "none"u8);
}
