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
