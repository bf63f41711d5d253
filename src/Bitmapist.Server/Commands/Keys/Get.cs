using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>redis.io/commands/get</summary>
internal static class Get
{
    public static readonly CommandSpec Spec = new("get", 2, ReadOnly | Fast, KeySpec.FirstArgument, Run)
    {
        Summary = "Replies the string stored at a key.",
        Group = "string", Categories = "read string fast", KeyAccess = "RO access", Arguments = "key",
        Complexity = "O(bytes)",
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        if (call.Session.TryGet(call.Args[1], out StringValue value))
            call.Defer(new StringReply(StringSlice.Whole(value)));
        else reply.WriteNull();
    }
}
