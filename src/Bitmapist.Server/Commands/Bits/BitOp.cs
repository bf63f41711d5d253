using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Bits;

/// <summary>redis.io/commands/bitop, the forms of 8.2 included.</summary>
internal static class BitOp
{
    private const int Destination = 2;
    private const int FirstSource = 3;

    public static readonly CommandSpec Spec = new(
        "bitop", -4, Write | DenyOom | LeavesBits, KeySpec.FromSecondArgument, Run)
    {
        Summary = "Stores the result of a bitwise operation between strings.",
        Group = "bitmap", Since = "2.6.0", Follows = "7.0; DIFF, DIFF1, ANDOR, ONE: 8.2",
        Categories = "write bitmap slow",
        Arguments = "(AND | OR | XOR | NOT | DIFF | DIFF1 | ANDOR | ONE) destkey:key key...",
        KeyAccess = "OW update", OtherKeyAccess = "RO access",
        Complexity = "O(chunks of 65,536 bits that hold ids)",
    };

    /// <summary>The operation that a well-formed call asks for; null for another call.</summary>
    public static BitOpCall? Prepare(Session session, ArgumentList args) =>
        TryReadOperation(args, out BitopKind operation) && FaultOf(operation, args.Count - FirstSource) is null
            ? new BitOpCall(session, operation, args.Memory(Destination), args.From(FirstSource))
            : null;

    private static void Run(CommandContext call, RespWriter reply)
    {
        ArgumentList args = call.Args;
        if (!TryReadOperation(args, out BitopKind operation))
        {
            call.Fail(reply, Errors.Syntax);
            return;
        }

        if (FaultOf(operation, args.Count - FirstSource) is { } fault)
        {
            call.Fail(reply, fault);
            return;
        }

        BitOpCall bitOp = call.Prepared
            ?? new BitOpCall(call.Session, operation, args.Memory(Destination), args.From(FirstSource));
        if (!bitOp.TryDecide()) DecideLater(call, bitOp);
        else if (bitOp.IsComputedFirst) ComputeFirst(call, bitOp.Result);
        else reply.WriteInteger(bitOp.Result.LengthBytes);
    }

    private static void DecideLater(CommandContext call, BitOpCall bitOp) =>
        call.Defer(new NumberReply(bitOp.Cost, () =>
        {
            bitOp.Decide();
            if (bitOp.IsComputedFirst) bitOp.Result.Pending.Force();
            return bitOp.Result.LengthBytes;
        }));

    // The closure must not keep the operands.
    private static void ComputeFirst(CommandContext call, StringValue result) =>
        call.Defer(new NumberReply(
            result.Cost,
            () =>
            {
                result.Pending.Force();
                return result.LengthBytes;
            },
            result.Pending.PrepareAsync));

    private static byte[]? FaultOf(BitopKind operation, int sourceCount)
    {
        if (operation == BitopKind.Not && sourceCount != 1) return Errors.BitopNotSources.ToArray();
        bool isSingle = operation is BitopKind.Diff or BitopKind.Diff1 or BitopKind.AndOr && sourceCount < 2;
        if (!isSingle) return null;
        return System.Text.Encoding.ASCII.GetBytes(
            $"ERR BITOP {operation.ToString().ToUpperInvariant()} must be called with at least two source keys.");
    }

    private static bool TryReadOperation(ArgumentList args, out BitopKind operation)
    {
        operation =
            args.Is(1, "and"u8) ? BitopKind.And
            : args.Is(1, "or"u8) ? BitopKind.Or
            : args.Is(1, "xor"u8) ? BitopKind.Xor
            : args.Is(1, "not"u8) ? BitopKind.Not
            : args.Is(1, "diff"u8) ? BitopKind.Diff
            : args.Is(1, "diff1"u8) ? BitopKind.Diff1
            : args.Is(1, "andor"u8) ? BitopKind.AndOr
            : args.Is(1, "one"u8) ? BitopKind.One
            : 0;
        return operation != 0;
    }
}
