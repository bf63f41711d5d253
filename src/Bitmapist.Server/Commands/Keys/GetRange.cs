using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Commands.Bits;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Keys;

/// <summary>redis.io/commands/getrange, and substr, its name before 2.0.</summary>
internal static class GetRange
{
    public static readonly CommandSpec Spec = Declare("getrange", "2.4.0");

    public static readonly CommandSpec Substr = Declare("substr", "1.0.0");

    private static CommandSpec Declare(string name, string since) => new(
        name, 4, ReadOnly, KeySpec.FirstArgument, Run)
    {
        Summary = "Replies a range of the bytes of a string; a negative position counts from its end.",
        Group = "string", Since = since, Categories = "read string slow", KeyAccess = "RO access",
        Arguments = "key start:integer end:integer", Complexity = "O(bytes replied)",
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        if (!args.TryGetInteger(2, out long start) || !args.TryGetInteger(3, out long end))
        {
            call.Fail(reply, Errors.NotAnInteger);
            return;
        }

        bool isInvertedFromEnd = start < 0 && end < 0 && start > end; // otherwise both could be moved to byte 0
        if (!call.Session.TryGet(args[1], out StringValue value) || isInvertedFromEnd)
        {
            reply.WriteBulkString(default(ReadOnlySpan<byte>));
            return;
        }

        (long startBit, long endBit) = new BitRange(start, end, IsInBits: false).Resolve(value.LengthBytes);
        call.Defer(new StringReply(new StringSlice(value, startBit / 8, (endBit - startBit) / 8)));
    }
}
