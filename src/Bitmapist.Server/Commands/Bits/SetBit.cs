using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Bits;

/// <summary>redis.io/commands/setbit</summary>
internal static class SetBit
{
    public static readonly CommandSpec Spec = new("setbit", 4, Write | DenyOom | NeedsBits, KeySpec.FirstArgument, Run)
    {
        Summary = "Sets or clears the bit at an offset; replies the bit's former value.",
        Group = "bitmap", Since = "2.2.0", Categories = "write bitmap slow", KeyAccess = "RW access update",
        Arguments = "key offset:integer value:integer",
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        if (!call.Args.TryGetBitOffset(2, out uint offset)) call.Fail(reply, Errors.BitOffset);
        else if (!call.Args.TryGetInteger(3, out long bit) || bit is not (0 or 1)) call.Fail(reply, Errors.BitValue);
        else if (call.Session.TrySetBit(call.Args[1], offset, bit == 1, out bool old, out PendingBits? unfinished))
            reply.WriteInteger(old ? 1 : 0);
        else
            SetLater(call, unfinished!, offset, bit == 1);
    }

    // A method of its own: a closure here would cost every call of Run an allocation.
    private static void SetLater(CommandContext call, PendingBits unfinished, uint offset, bool bit)
    {
        ReadOnlyMemory<byte> key = call.Args.Memory(1);
        Session session = call.Session;
        call.Defer(new NumberReply(
            unfinished.Cost, () => session.SetBit(key.Span, offset, bit) ? 1 : 0, unfinished.PrepareAsync));
    }
}
