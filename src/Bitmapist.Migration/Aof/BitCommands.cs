using System.Globalization;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Verbs;
using Bitmapist.Migration.Transfer;

namespace Bitmapist.Migration.Aof;

/// <summary>SETBIT and BITOP; BITFIELD has a file of its own.</summary>
internal static class BitCommands
{
    public static void AddTo(Dictionary<string, AofCommandSpec> all)
    {
        all.Add("SETBIT", new(4, SetBit));
        all.Add("BITOP", new(4, BitOp));
        all.Add("BITFIELD", new(2, BitfieldCommand.Run));
    }

    private static void SetBit(AofReplay replay, AofCommand command)
    {
        long offset = command.Integer(2);
        long bit = command.Integer(3);
        if (offset is < 0 or > uint.MaxValue) throw command.Refuse($"sets the bit {offset}, beyond 32 bits");
        if (bit is not (0 or 1)) throw command.Refuse($"sets a bit to {bit}");
        replay.Session.SetBit(command.Key(1), (uint)offset, bit == 1);
    }

    private static void BitOp(AofReplay replay, AofCommand command)
    {
        BitopKind operation = command.Text(1).ToUpperInvariant() switch
        {
            "AND" => BitopKind.And,
            "OR" => BitopKind.Or,
            "XOR" => BitopKind.Xor,
            "NOT" => BitopKind.Not,
            "DIFF" => BitopKind.Diff,
            "DIFF1" => BitopKind.Diff1,
            "ANDOR" => BitopKind.AndOr,
            "ONE" => BitopKind.One,
            _ => throw command.Refuse($"has the unknown operation {Reading.Shown(command.Key(1))}"),
        };
        var sources = new ReadOnlyMemory<byte>[command.Count - 3];
        for (int i = 0; i < sources.Length; i++) sources[i] = command.Key(i + 3);
        bool takesSeveral = operation is BitopKind.Diff or BitopKind.Diff1 or BitopKind.AndOr;
        if ((operation == BitopKind.Not && sources.Length != 1) || (takesSeveral && sources.Length < 2))
            throw command.Refuse($"has {sources.Length} sources");
        // Computed now, so that operands need not be kept.
        _ = replay.Session.BitOp(operation, command.Key(2), sources).Bits;
    }
}

/// <summary>BITFIELD (Redis, bitops.c): numbers of 1 to 64 bits within a string, most significant bit first.</summary>
internal static class BitfieldCommand
{
    public static void Run(AofReplay replay, AofCommand command)
    {
        List<BitfieldStep> steps = Parse(command);
        if (steps.Count > 0) new BitfieldEdit(replay.Session, command.Key(1), steps).Run();
    }

    private static List<BitfieldStep> Parse(AofCommand command)
    {
        var writes = new List<BitfieldStep>();
        var overflow = BitfieldOverflow.Wrap;
        for (int i = 2; i < command.Count;)
        {
            string verb = command.Text(i).ToUpperInvariant();
            command.Require(i + (verb == "OVERFLOW" ? 2 : verb == "GET" ? 3 : 4));
            switch (verb)
            {
                case "OVERFLOW":
                    overflow = command.Text(i + 1).ToUpperInvariant() switch
                    {
                        "WRAP" => BitfieldOverflow.Wrap,
                        "SAT" => BitfieldOverflow.Saturate,
                        "FAIL" => BitfieldOverflow.Fail,
                        _ => throw command.Refuse("has an unknown kind of overflow"),
                    };
                    i += 2;
                    break;
                case "GET":
                    i += 3;
                    break;
                case "SET" or "INCRBY":
                    if (!BitfieldType.TryParse(command.Key(i + 1), out BitfieldType type))
                        throw command.Refuse("has an unknown type of number");
                    long number = command.Integer(i + 3);
                    BitfieldVerb kind = verb == "SET" ? BitfieldVerb.Set : BitfieldVerb.Increment;
                    writes.Add(new BitfieldStep(kind, type, Offset(command, i + 2, type), number, overflow));
                    i += 4;
                    break;
                default:
                    throw command.Refuse($"has the unknown subcommand {Reading.Shown(command.Key(i))}");
            }
        }

        return writes;
    }

    /// <summary>An offset in bits, or behind a # in numbers of this type.</summary>
    private static uint Offset(AofCommand command, int index, BitfieldType type)
    {
        string text = command.Text(index);
        bool isIndex = text.StartsWith('#');
        if (!long.TryParse(
            text.AsSpan(isIndex ? 1 : 0), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
        {
            throw command.Refuse("has an offset that is no number");
        }

        Int128 offset = isIndex ? (Int128)number * type.Bits : number;
        if (offset < 0 || offset + type.Bits - 1 > uint.MaxValue)
            throw command.Refuse($"has the offset {offset}, beyond 32 bits");
        return (uint)offset;
    }
}
