using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Bits;

/// <summary>redis.io/commands/getbit</summary>
internal static class GetBit
{
    public static readonly CommandSpec Spec = new("getbit", 3, ReadOnly | Fast, KeySpec.FirstArgument, Run)
    {
        Summary = "Replies the bit at an offset.",
        Group = "bitmap", Since = "2.2.0", Categories = "read bitmap fast", KeyAccess = "RO access",
        Arguments = "key offset:integer",
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        if (!call.Args.TryGetBitOffset(2, out uint offset)) call.Fail(reply, Errors.BitOffset);
        else if (call.Session.TryGetBit(call.Args[1], offset, out bool bit, out PendingBits? unfinished))
            reply.WriteInteger(bit ? 1 : 0);
        else GetLater(call, unfinished!, offset);
    }

    // A method of its own: a closure here would cost every call of Run an allocation.
    private static void GetLater(CommandContext call, PendingBits unfinished, uint offset) =>
        call.Defer(new NumberReply(unfinished.Cost, () => unfinished.Contains(offset) ? 1 : 0));
}
