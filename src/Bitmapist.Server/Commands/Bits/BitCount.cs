using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Bits;

/// <summary>redis.io/commands/bitcount</summary>
internal static class BitCount
{
    public static readonly CommandSpec Spec = new("bitcount", -2, ReadOnly, KeySpec.FirstArgument, Run)
    {
        Summary = "Counts the one-bits of a string, or of a range of its bytes or bits.",
        Group = "bitmap", Since = "2.6.0", Categories = "read bitmap slow", KeyAccess = "RO access",
        Arguments = "key [start:integer end:integer [BYTE | BIT]]",
        Complexity = "O(1) for a whole key, O(chunks of 65,536 bits) for a range",
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        if (args.Count == 2) CountAll(call, reply);
        else if (!call.Session.TryGet(args[1], out StringValue value)) reply.WriteInteger(0); // first, as in Redis 7.0
        else if (args.Count is not (4 or 5)) call.Fail(reply, Errors.Syntax);
        else if (!args.TryGetInteger(2, out long start) || !args.TryGetInteger(3, out long end))
            call.Fail(reply, Errors.NotAnInteger);
        // Unlike BITPOS, which moves both to byte 0.
        else if (start < 0 && end < 0 && start > end) reply.WriteInteger(0);
        else if (!StringRange.TryReadUnit(args, 4, out bool isInBits)) call.Fail(reply, Errors.Syntax);
        else CountRange(call, reply, value, new StringRange(start, end, isInBits).Resolve(value.LengthBytes));
    }

    private static void CountAll(CommandContext call, RespWriter reply)
    {
        if (call.Session.TryGetCardinality(call.Args[1], out long count, out PendingBits? unfinished))
            reply.WriteInteger(count);
        else
        {
            call.Defer(new NumberReply(
                unfinished!.CountCost, unfinished.Count, unfinished.PrepareCountAsync, isComputation: true));
        }
    }

    private static void CountRange(
        CommandContext call, RespWriter reply, StringValue value, (long Start, long End) range)
    {
        if (range.Start == range.End) reply.WriteInteger(0);
        else
            call.Defer(
                new NumberReply(
                    StringRange.Cost(value, range),
                    () => value.Bits.CountRange(range.Start, range.End),
                    value.Pending.PrepareAsync,
                    isComputation: true));
    }
}
