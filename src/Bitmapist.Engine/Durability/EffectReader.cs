using Bitmapist.Engine.Bits;

namespace Bitmapist.Engine.Durability;

/// <summary>Reads the effects of a log record (docs/format/effects.md) without applying them.</summary>
internal static class EffectReader
{
    /// <summary>The effects of a record, each proven to be whole and in bounds.</summary>
    /// <exception cref="InvalidDataException">The record is not a list of effects this version knows.</exception>
    public static IEnumerable<Effect> Read(ReadOnlyMemory<byte> record)
    {
        while (!record.IsEmpty)
        {
            ReadOnlyMemory<byte> rest = record;
            Effect effect = ReadOne(ref rest);
            yield return effect with { Encoded = record[..^rest.Length] };
            record = rest;
        }
    }

    private static Effect ReadOne(ref ReadOnlyMemory<byte> rest)
    {
        ulong number = Number(ref rest);
        if (number is 0 or > (ulong)EffectKind.FlushDatabase)
            throw new InvalidDataException($"effect kind {number} is unknown to this version");
        var effect = new Effect((EffectKind)number, Database(ref rest), default);
        if (effect.Kind == EffectKind.FlushDatabase) return effect;
        effect = effect with { Name = Bytes(ref rest) };
        switch (effect.Kind)
        {
            case EffectKind.SetBit or EffectKind.ClearBit:
                Require(Number(ref rest) <= uint.MaxValue, "a bit beyond offset 2^32 - 1");
                return effect;
            case EffectKind.Set:
                ulong lengthBytes = Number(ref rest);
                Require(lengthBytes <= (ulong)Limits.StringBytes, "a string that is too long");
                Require(Number(ref rest) <= long.MaxValue, "an expiry time out of range");
                _ = ValueCodec.Read((long)lengthBytes, Bytes(ref rest));
                return effect;
            case EffectKind.Expire:
                Require(Number(ref rest) <= long.MaxValue, "an expiry time out of range");
                return effect;
            case EffectKind.Rename:
                return effect with { TargetDatabase = effect.Database, Target = Bytes(ref rest) };
            case EffectKind.Copy:
                return effect with { TargetDatabase = Database(ref rest), Target = Bytes(ref rest) };
            case EffectKind.BitOp:
                return ReadBitOp(effect, ref rest);
            default:
                return effect; // a deletion
        }
    }

    private static Effect ReadBitOp(Effect effect, ref ReadOnlyMemory<byte> rest)
    {
        ulong operation = Number(ref rest);
        ulong count = Number(ref rest);
        ulong countMin = operation is (ulong)BitOperation.Diff or (ulong)BitOperation.Diff1
            or (ulong)BitOperation.AndOr ? 2u : 1u;
        bool isKnown = operation is >= (ulong)BitOperation.And and <= (ulong)BitOperation.One
            && count >= countMin && count <= (ulong)rest.Length
            && (operation != (ulong)BitOperation.Not || count == 1);
        Require(isKnown, "a bit operation unknown to this version");
        var sources = new ReadOnlyMemory<byte>[count];
        for (int i = 0; i < sources.Length; i++) sources[i] = Bytes(ref rest);
        return effect with { Operation = (BitOperation)operation, Sources = sources };
    }

    private static int Database(ref ReadOnlyMemory<byte> rest)
    {
        ulong database = Number(ref rest);
        Require(database < (ulong)Limits.DatabasesMax, "a database that there cannot be");
        return (int)database;
    }

    private static ReadOnlyMemory<byte> Bytes(ref ReadOnlyMemory<byte> rest)
    {
        ulong length = Number(ref rest);
        Require(length <= (ulong)rest.Length, "a record that ends inside an effect");
        ReadOnlyMemory<byte> bytes = rest[..(int)length];
        rest = rest[(int)length..];
        return bytes;
    }

    private static ulong Number(ref ReadOnlyMemory<byte> rest)
    {
        ReadOnlySpan<byte> bytes = rest.Span;
        Require(Varint.TryRead(ref bytes, out ulong value), "a record that ends inside an effect");
        rest = rest[^bytes.Length..];
        return value;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidDataException($"the log holds {otherwise}");
    }
}
