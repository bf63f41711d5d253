using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Expiry;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Roaring;

namespace Bitmapist.Engine.Durability;

/// <summary>
/// Applies log records to a keyspace at start. Nothing expires meanwhile: what had expired when a command ran was
/// logged as a deletion. Bit operations are computed only where their result is still wanted at the end.
/// </summary>
internal sealed class EffectReplay(Session session)
{
    private byte[] _record = new byte[4096];

    /// <summary>Effects applied so far.</summary>
    public long Count { get; private set; }

    /// <summary>Applies one record's effects; the session is in a replay transaction.</summary>
    /// <exception cref="InvalidDataException">The record is not a list of effects this version knows.</exception>
    public void Apply(ReadOnlySpan<byte> record)
    {
        if (_record.Length < record.Length) _record = new byte[record.Length + (record.Length / 2)];
        record.CopyTo(_record);
        ReadOnlyMemory<byte> rest = _record.AsMemory(0, record.Length);
        while (!rest.IsEmpty)
        {
            ulong kind = Number(ref rest);
            if (kind is 0 or > (ulong)EffectKind.FlushDatabase)
                throw new InvalidDataException($"effect kind {kind} is unknown to this version");
            ApplyOne((EffectKind)kind, ref rest);
            session.Effects.Clear(); // the verbs log again what they do; it is in the log already
            Count++;
        }
    }

    /// <summary>Computes the bit operations that some key still holds.</summary>
    public void ComputeUnfinished()
    {
        var entries = new List<Entry>();
        foreach (Shard shard in session.Store.Shards)
            foreach ((_, KeyTable table) in shard.Tables()) table.CopyTo(entries);
        foreach (Entry entry in entries)
            if (entry.Unfinished is { Depth: > 0 } operation) operation.Force();
        session.Store.Unfinished.Reset(); // the rest were overwritten: nobody can ask for them any more
    }

    private void ApplyOne(EffectKind kind, ref ReadOnlyMemory<byte> rest)
    {
        int database = Database(ref rest);
        session.Database = database;
        if (kind == EffectKind.FlushDatabase)
        {
            session.Flush(database);
            return;
        }

        ReadOnlyMemory<byte> name = Bytes(ref rest);
        switch (kind)
        {
            case EffectKind.SetBit:
                session.SetBit(name.Span, Offset(ref rest), bit: true);
                break;
            case EffectKind.ClearBit:
                session.SetBit(name.Span, Offset(ref rest), bit: false);
                break;
            case EffectKind.Set:
                Set(name, ref rest);
                break;
            case EffectKind.Delete:
                session.Delete([name]);
                break;
            case EffectKind.Expire:
                Expire(name, Time(ref rest));
                break;
            case EffectKind.Rename:
                session.Rename(name.Span, Bytes(ref rest).Span, SetCondition.Always);
                break;
            case EffectKind.Copy:
                int toDatabase = Database(ref rest);
                session.Copy(name.Span, toDatabase, Bytes(ref rest).Span, SetCondition.Always);
                break;
            case EffectKind.BitOp:
                BitOp(name, ref rest);
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"effect kind {kind}");
        }
    }

    private void Set(ReadOnlyMemory<byte> name, ref ReadOnlyMemory<byte> rest)
    {
        ulong lengthBytes = Number(ref rest);
        if (lengthBytes > (ulong)Limits.StringBytes) throw new InvalidDataException($"a string of {lengthBytes} bytes");
        long expiresAt = Time(ref rest);
        ReadOnlyMemory<byte> serialized = Bytes(ref rest);
        var key = new KeyRef(name.Span);
        StringVerbs.PutHeld(
            session, key, session.Find(key), ValueCodec.Read((long)lengthBytes, serialized), expiresAt);
    }

    private void Expire(ReadOnlyMemory<byte> name, long expiresAt)
    {
        if (expiresAt == 0) session.Persist(name.Span);
        else session.ExpireAt(name.Span, expiresAt, ExpireCondition.None);
    }

    private void BitOp(ReadOnlyMemory<byte> destination, ref ReadOnlyMemory<byte> rest)
    {
        ulong number = Number(ref rest);
        ulong count = Number(ref rest);
        if (!IsKnown(number, count) || count > (ulong)rest.Length)
            throw new InvalidDataException($"bit operation {number} over {count} keys is unknown to this version");
        var operation = (BitOperation)number;
        var sources = new ReadOnlyMemory<byte>[count];
        for (int i = 0; i < sources.Length; i++) sources[i] = Bytes(ref rest);
        session.BitOp(operation, destination, sources);
    }

    private static bool IsKnown(ulong operation, ulong sources) => operation switch
    {
        (ulong)BitOperation.Not => sources == 1,
        (ulong)BitOperation.Diff or (ulong)BitOperation.Diff1 or (ulong)BitOperation.AndOr => sources >= 2,
        >= (ulong)BitOperation.And and <= (ulong)BitOperation.One => sources >= 1,
        _ => false,
    };

    private int Database(ref ReadOnlyMemory<byte> rest)
    {
        ulong database = Number(ref rest);
        if (database < (ulong)session.Store.Databases) return (int)database;
        throw new InvalidDataException(
            $"the log uses database {database}, but only {session.Store.Databases} are configured (-databases)");
    }

    private static uint Offset(ref ReadOnlyMemory<byte> rest)
    {
        ulong offset = Number(ref rest);
        return offset <= uint.MaxValue ? (uint)offset : throw new InvalidDataException($"a bit at offset {offset}");
    }

    private static long Time(ref ReadOnlyMemory<byte> rest)
    {
        ulong unixMs = Number(ref rest);
        return unixMs <= long.MaxValue ? (long)unixMs : throw new InvalidDataException($"an expiry time of {unixMs}");
    }

    private static ulong Number(ref ReadOnlyMemory<byte> rest)
    {
        ReadOnlySpan<byte> bytes = rest.Span;
        if (!Varint.TryRead(ref bytes, out ulong value))
            throw new InvalidDataException("a record ends inside an effect");
        rest = rest[^bytes.Length..];
        return value;
    }

    private static ReadOnlyMemory<byte> Bytes(ref ReadOnlyMemory<byte> rest)
    {
        ulong length = Number(ref rest);
        if (length > (ulong)rest.Length) throw new InvalidDataException("a record ends inside an effect");
        ReadOnlyMemory<byte> bytes = rest[..(int)length];
        rest = rest[(int)length..];
        return bytes;
    }
}
