using Bitmapist.Engine.Bits;
using Bitmapist.Storage.Files;

namespace Bitmapist.Engine.Effects;

/// <summary>
/// Reads the effects of a log record (docs/format/effects.md) one after another, each whole and within bounds, without
/// applying them: for the replay at a start, and for check and repair.
/// </summary>
internal ref struct EffectReader(ReadOnlyMemory<byte> record)
{
    private readonly ReadOnlyMemory<byte> _record = record;
    private readonly ReadOnlySpan<byte> _bytes = record.Span;
    private int _at;

    /// <summary>All effects of a record.</summary>
    /// <exception cref="InvalidDataException">The record is not a list of effects this version knows.</exception>
    public static List<Effect> ReadAll(ReadOnlyMemory<byte> record)
    {
        var effects = new List<Effect>();
        var reader = new EffectReader(record);
        while (reader.TryRead(out Effect effect)) effects.Add(effect);
        return effects;
    }

    /// <summary>Reads the next effect; false at the end of the record.</summary>
    /// <exception cref="InvalidDataException">What follows is not an effect this version knows.</exception>
    public bool TryRead(out Effect effect)
    {
        bool isThere = _at < _bytes.Length;
        effect = isThere ? Read() : default;
        return isThere;
    }

    private Effect Read()
    {
        ulong number = Number();
        if (number is 0 or > (ulong)EffectKind.SwapDatabases)
            throw new InvalidDataException($"effect kind {number} is unknown to this version");
        var effect = new Effect((EffectKind)number, Database());
        if (effect.Kind == EffectKind.FlushDatabase) return effect;
        if (effect.Kind == EffectKind.SwapDatabases) return effect with { TargetDatabase = Database() };
        effect = effect with { Name = Bytes() };
        switch (effect.Kind)
        {
            case EffectKind.SetBit or EffectKind.ClearBit:
                ulong offset = Number();
                Require(offset <= uint.MaxValue, "a bit beyond offset 2^32 - 1");
                return effect with { Offset = (uint)offset };
            case EffectKind.Set:
                ulong lengthBytes = Number();
                Require(lengthBytes <= (ulong)EngineLimits.StringBytes, "a string that is too long");
                effect = effect with { ExpiresAtUnixMs = Time() };
                return effect with { Value = ValueCodec.Read((long)lengthBytes, Bytes()) };
            case EffectKind.Expire:
                return effect with { ExpiresAtUnixMs = Time() };
            case EffectKind.Rename:
                return effect with { TargetDatabase = effect.Database, Target = Bytes() };
            case EffectKind.Copy:
                return effect with { TargetDatabase = Database(), Target = Bytes() };
            case EffectKind.BitOp:
                return ReadBitOp(effect);
            case EffectKind.WriteBits:
                return ReadWriteBits(effect);
            default:
                return effect; // a deletion
        }
    }

    private Effect ReadWriteBits(in Effect effect)
    {
        ulong offset = Number();
        ulong count = Number();
        ReadOnlyMemory<byte> bits = Bytes();
        const ulong End = 1UL << 32;
        bool isSane = offset < End && count >= 1 && count <= End - offset && (ulong)bits.Length == (count + 7) / 8;
        Require(isSane, "bits that are not all there, or beyond offset 2^32 - 1");
        return effect with { Offset = (uint)offset, BitCount = (long)count, Bits = bits };
    }

    private Effect ReadBitOp(in Effect effect)
    {
        ulong operation = Number();
        ulong count = Number();
        ulong countMin = operation is (ulong)BitopKind.Diff or (ulong)BitopKind.Diff1 or (ulong)BitopKind.AndOr
            ? 2u
            : 1u;
        bool isKnown = operation is >= (ulong)BitopKind.And and <= (ulong)BitopKind.One
            && count >= countMin && count <= (ulong)(_bytes.Length - _at)
            && (operation != (ulong)BitopKind.Not || count == 1);
        Require(isKnown, "a bit operation unknown to this version");
        var sources = new ReadOnlyMemory<byte>[count];
        for (int i = 0; i < sources.Length; i++) sources[i] = Bytes();
        return effect with { Operation = (BitopKind)operation, Sources = sources };
    }

    private int Database()
    {
        ulong database = Number();
        Require(database < (ulong)EngineLimits.DatabasesMax, "a database that there cannot be");
        return (int)database;
    }

    private long Time()
    {
        ulong unixMs = Number();
        Require(unixMs <= long.MaxValue, "an expiry time out of range");
        return (long)unixMs;
    }

    private ReadOnlyMemory<byte> Bytes()
    {
        ulong length = Number();
        Require(length <= (ulong)(_bytes.Length - _at), "a record that ends inside an effect");
        ReadOnlyMemory<byte> bytes = _record.Slice(_at, (int)length);
        _at += (int)length;
        return bytes;
    }

    private ulong Number()
    {
        Require(Varint.TryRead(_bytes, ref _at, out ulong value), "a record that ends inside an effect");
        return value;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidDataException($"the log holds {otherwise}");
    }
}
