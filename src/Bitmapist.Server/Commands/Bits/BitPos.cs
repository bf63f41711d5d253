using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using Bitmapist.Roaring;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Bits;

/// <summary>redis.io/commands/bitpos</summary>
internal static class BitPos
{
    public static readonly CommandSpec Spec = new("bitpos", -3, ReadOnly, KeySpec.FirstArgument, Run)
    {
        Summary = "Finds the first bit that is set, or clear, in a string or in a range of it.",
        Group = "bitmap", Since = "2.8.7", Categories = "read bitmap slow", KeyAccess = "RO access",
        Arguments = "key bit:integer [start:integer [end:integer [BYTE | BIT]]]",
        Complexity = "O(chunks of 65,536 bits)",
    };

    private static void Run(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        if (!args.TryGetInteger(2, out long bit)) call.Fail(reply, Errors.NotAnInteger);
        else if (bit is not (0 or 1)) call.Fail(reply, Errors.BitPosBit);
        else if (!call.Session.TryGet(args[1], out StringValue value)) reply.WriteInteger(bit == 1 ? -1 : 0);
        else if (args.Count > 6) call.Fail(reply, Errors.Syntax); // only now, as in Redis 7.0
        else if (TryReadRange(call, reply, out StringRange range))
            Search(call, reply, value, bit == 1, range, isOpenEnded: args.Count < 5);
    }

    /// <summary>Reads start, then the unit, then end: whichever is wrong first names the error, as in Redis.</summary>
    private static bool TryReadRange(CommandContext call, RespWriter reply, out StringRange range)
    {
        ArgumentList args = call.Args;
        long start = 0, end = -1;
        range = default;
        if (args.Count > 3 && !args.TryGetInteger(3, out start)) call.Fail(reply, Errors.NotAnInteger);
        else if (!StringRange.TryReadUnit(args, 5, out bool isInBits)) call.Fail(reply, Errors.Syntax);
        else if (args.Count > 4 && !args.TryGetInteger(4, out end)) call.Fail(reply, Errors.NotAnInteger);
        else
        {
            range = new StringRange(start, end, isInBits);
            return true;
        }

        return false;
    }

    private static void Search(
        CommandContext call, RespWriter reply, StringValue value, bool bit, StringRange range, bool isOpenEnded)
    {
        (long start, long end) = range.Resolve(value.LengthBytes);
        if (start == end) reply.WriteInteger(-1);
        else
            call.Defer(new NumberReply(
                StringRange.Cost(value, (start, end)),
                () => Find(value.Bits, bit, start, end, isOpenEnded),
                value.Pending.PrepareAsync));
    }

    /// <summary>
    /// The first such bit in [start, end), or -1. A search for a clear bit without an end goes on into the zeros that
    /// Redis imagines behind the string.
    /// </summary>
    private static long Find(FrozenBitmap bits, bool bit, long start, long end, bool isOpenEnded)
    {
        long found = bit ? bits.NextSet(start) : bits.NextClear(start);
        if (found >= 0 && found < end) return found;
        return !bit && isOpenEnded ? end : -1;
    }
}
