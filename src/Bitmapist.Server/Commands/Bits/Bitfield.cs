using Bitmapist.Engine;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Verbs;
using Bitmapist.Resp;
using Bitmapist.Resp.Writing;
using static Bitmapist.Server.Commands.CommandFlags;

namespace Bitmapist.Server.Commands.Bits;

/// <summary>redis.io/commands/bitfield and bitfield_ro</summary>
internal static class Bitfield
{
    public static readonly CommandSpec Spec = new(
        "bitfield", -2, Write | DenyOom | NeedsBits, KeySpec.FirstArgument, Run)
    {
        Summary = "Reads and writes numbers of up to 64 bits within a string.",
        Group = "bitmap", Since = "3.2.0", Categories = "write bitmap slow",
        KeyAccess = "RW access update variable_flags",
        KeyNotes = "This command allows both access and modification of the key", KeyAccessOf = AccessOf,
        Arguments = "key [GET encoding offset:integer | [OVERFLOW (WRAP | SAT | FAIL)] "
            + "(SET encoding offset:integer value:integer | INCRBY encoding offset:integer increment:integer)]...",
        Complexity = "O(operations + chunks of the string)",
    };

    public static readonly CommandSpec ReadOnlySpec = new(
        "bitfield_ro", -2, ReadOnly | Fast, KeySpec.FirstArgument, RunReadOnly)
    {
        Summary = "Reads numbers of up to 64 bits within a string.",
        Group = "bitmap", Since = "6.0.0", Categories = "read bitmap fast", KeyAccess = "RO access",
        Arguments = "key [GET encoding offset:integer]...", Complexity = "O(operations)",
    };

    private static readonly EditOutcome<BitfieldEdit> s_outcome = new(
        static _ => default,
        static (edit, reply) =>
        {
            reply.WriteArrayHeader(edit.Results.Length);
            foreach (long? number in edit.Results)
            {
                if (number is { } written) reply.WriteInteger(written);
                else reply.WriteNull();
            }
        });

    private static void Run(CommandContext call, RespWriter reply)
    {
        if (!TryRead(call, reply, out List<BitfieldStep> steps)) return;
        if (!IsWriting(steps)) Read(call, steps);
        else call.Run(reply, new BitfieldEdit(call.Session, call.Args.Memory(1), steps), s_outcome);
    }

    private static void RunReadOnly(CommandContext call, RespWriter reply)
    {
        if (!TryRead(call, reply, out List<BitfieldStep> steps)) return;
        if (IsWriting(steps)) call.Fail(reply, "ERR BITFIELD_RO only supports the GET subcommand"u8);
        else Read(call, steps);
    }

    private static void Read(CommandContext call, List<BitfieldStep> steps)
    {
        call.Session.TryGet(call.Args[1], out StringValue value);
        call.Defer(new BitfieldReply(value, steps));
    }

    private static string AccessOf(ArgumentList args)
    {
        for (int i = 2; i < args.Count;)
        {
            int left = args.Count - i - 1;
            if (args.Is(i, "get"u8) && left >= 2) i += 3;
            else if (args.Is(i, "overflow"u8) && left >= 1) i += 2;
            else return "RW access update"; // or it is malformed
        }

        return "RO access";
    }

    private static bool IsWriting(List<BitfieldStep> steps) => steps.Exists(step => step.Verb != BitfieldVerb.Get);

    private static bool TryRead(CommandContext call, RespWriter reply, out List<BitfieldStep> steps)
    {
        ArgumentList args = call.Args;
        steps = [];
        var overflow = BitfieldOverflow.Wrap;
        for (int i = 2; i < args.Count;)
        {
            int left = args.Count - i - 1;
            ReadOnlySpan<byte> error;
            if (args.Is(i, "overflow"u8) && left >= 1)
            {
                error = ReadOverflow(args, i + 1, ref overflow);
                i += 2;
            }
            else
            {
                error = ReadStep(args, i, left, overflow, out BitfieldStep step);
                steps.Add(step);
                i += step.Verb == BitfieldVerb.Get ? 3 : 4;
            }

            if (error.IsEmpty) continue;
            call.Fail(reply, error);
            return false;
        }

        return true;
    }

    private static ReadOnlySpan<byte> ReadOverflow(ArgumentList args, int index, scoped ref BitfieldOverflow overflow)
    {
        if (args.Is(index, "wrap"u8)) overflow = BitfieldOverflow.Wrap;
        else if (args.Is(index, "sat"u8)) overflow = BitfieldOverflow.Saturate;
        else if (args.Is(index, "fail"u8)) overflow = BitfieldOverflow.Fail;
        else return "ERR Invalid OVERFLOW type specified"u8;
        return default;
    }

    private static ReadOnlySpan<byte> ReadStep(
        ArgumentList args, int index, int left, BitfieldOverflow overflow, out BitfieldStep step)
    {
        step = default;
        BitfieldVerb verb;
        if (args.Is(index, "get"u8) && left >= 2) verb = BitfieldVerb.Get;
        else if (args.Is(index, "set"u8) && left >= 3) verb = BitfieldVerb.Set;
        else if (args.Is(index, "incrby"u8) && left >= 3) verb = BitfieldVerb.Increment;
        else return Errors.Syntax;

        if (!BitfieldType.TryParse(args[index + 1], out BitfieldType type)) return Errors.BitfieldType;
        if (!TryReadOffset(args[index + 2], type, out long offset)) return Errors.BitOffset;
        long number = 0;
        if (verb != BitfieldVerb.Get && !args.TryGetInteger(index + 3, out number)) return Errors.NotAnInteger;
        step = new BitfieldStep(verb, type, offset, number, overflow);
        // Redis 7.0 writes up to 63 bits beyond the longest string.
        return verb != BitfieldVerb.Get && step.End - 1 > uint.MaxValue ? Errors.BitOffset : default;
    }

    /// <summary>An offset in bits or, behind a #, in numbers of the type.</summary>
    private static bool TryReadOffset(ReadOnlySpan<byte> text, BitfieldType type, out long offset)
    {
        bool isIndex = text is [(byte)'#', ..];
        if (!StrictInteger.TryParse(isIndex ? text[1..] : text, out offset) || offset is < 0 or > uint.MaxValue)
            return false;
        if (isIndex) offset *= type.Bits;
        return offset <= uint.MaxValue;
    }
}

/// <summary>Numbers within a string, read when its bits are at hand.</summary>
internal sealed class BitfieldReply(StringValue value, List<BitfieldStep> steps) : DeferredReply
{
    private readonly long[] _numbers = new long[steps.Count];

    public override long Cost { get; } = value.Pending.IsReady ? 1 : value.Cost;

    public override Task? Preparation(BackgroundThreads workers) => value.Pending.PrepareAsync(workers);

    protected override void Compute()
    {
        for (int i = 0; i < _numbers.Length; i++) _numbers[i] = steps[i].Type.Read(value.Bits, steps[i].Offset);
    }

    protected override bool WritePiece(RespWriter reply)
    {
        reply.WriteArrayHeader(_numbers.Length);
        foreach (long number in _numbers) reply.WriteInteger(number);
        return false;
    }
}
