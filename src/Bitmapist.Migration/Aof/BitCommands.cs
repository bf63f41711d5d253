using System.Globalization;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Verbs;
using Bitmapist.Migration.Transfer;
using Bitmapist.Roaring;

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
    private enum Overflow
    {
        Wrap,
        Saturate,
        Fail,
    }

    /// <summary>One SET or INCRBY.</summary>
    private readonly record struct Write(
        BitfieldType Type, uint Offset, long Number, bool IsIncrement, Overflow Overflow)
    {
        public long LastBit => (long)Offset + Type.Bits - 1;
    }

    public static void Run(AofReplay replay, AofCommand command)
    {
        List<Write> writes = Parse(command);
        if (writes.Count == 0) return;
        byte[] name = command.Key(1);
        // As in Redis the string grows for all of them first, even for one that then fails.
        long lastBit = writes.Max(write => write.LastBit);
        if (lastBit / 8 >= (replay.Find(name)?.LengthBytes ?? 0))
            replay.Session.SetBit(name, (uint)lastBit, bit: false);
        foreach (Write write in writes) Apply(replay, name, write);
    }

    private static List<Write> Parse(AofCommand command)
    {
        var writes = new List<Write>();
        var overflow = Overflow.Wrap;
        for (int i = 2; i < command.Count;)
        {
            string verb = command.Text(i).ToUpperInvariant();
            command.Require(i + (verb == "OVERFLOW" ? 2 : verb == "GET" ? 3 : 4));
            switch (verb)
            {
                case "OVERFLOW":
                    overflow = command.Text(i + 1).ToUpperInvariant() switch
                    {
                        "WRAP" => Overflow.Wrap,
                        "SAT" => Overflow.Saturate,
                        "FAIL" => Overflow.Fail,
                        _ => throw command.Refuse("has an unknown kind of overflow"),
                    };
                    i += 2;
                    break;
                case "GET":
                    i += 3;
                    break;
                case "SET" or "INCRBY":
                    BitfieldType type = BitfieldType.Parse(command, i + 1);
                    long number = command.Integer(i + 3);
                    writes.Add(new Write(type, Offset(command, i + 2, type), number, verb == "INCRBY", overflow));
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

    private static void Apply(AofReplay replay, byte[] name, Write write)
    {
        BitfieldType type = write.Type;
        Int128 number = write.IsIncrement
            ? type.Read(replay.Find(name)!.Value.Bits, write.Offset) + write.Number
            : type.IsSigned ? write.Number : (ulong)write.Number;
        if (number < type.Min || number > type.Max)
        {
            if (write.Overflow == Overflow.Fail) return;
            if (write.Overflow == Overflow.Saturate) number = Int128.Clamp(number, type.Min, type.Max);
        }

        for (int bit = 0; bit < type.Bits; bit++)
            replay.Session.SetBit(name, write.Offset + (uint)bit, (number >> (type.Bits - 1 - bit) & 1) != 0);
    }
}

/// <summary>A kind of number within a string: <c>u</c> and 1 … 63 bits, or <c>i</c> and 1 … 64.</summary>
internal readonly record struct BitfieldType(bool IsSigned, int Bits)
{
    public Int128 Min => IsSigned ? -(Int128.One << (Bits - 1)) : 0;

    public Int128 Max => (Int128.One << (IsSigned ? Bits - 1 : Bits)) - 1;

    /// <summary>Reads an argument such as <c>u8</c>.</summary>
    public static BitfieldType Parse(AofCommand command, int index)
    {
        string text = command.Text(index);
        bool isSigned = text.StartsWith('i');
        if ((isSigned || text.StartsWith('u'))
            && int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int bits)
            && bits >= 1 && bits <= (isSigned ? 64 : 63))
        {
            return new BitfieldType(isSigned, bits);
        }

        throw command.Refuse("has an unknown type of number");
    }

    /// <summary>The number at an offset.</summary>
    public Int128 Read(ReadOnlyBitmap bits, uint offset)
    {
        ulong number = 0;
        for (int i = 0; i < Bits; i++) number = (number << 1) | (bits.Contains(offset + (uint)i) ? 1UL : 0);
        return IsSigned ? (long)(number << (64 - Bits)) >> (64 - Bits) : number;
    }
}
