using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>redis.io/commands/persist</summary>
internal static class Persist
{
    public static readonly CommandSpec Spec = new("persist", 2, Write | Fast, KeySpec.FirstArgument, Run)
    {
        Summary = "Removes a key's expiry time.",
        Since = "2.2.0", Categories = "keyspace write fast", KeyAccess = "RW update", Arguments = "key",
    };

    private static void Run(CommandContext call, RespWriter reply) =>
        reply.WriteInteger(call.Session.Persist(call.Args[1]) ? 1 : 0);
}
