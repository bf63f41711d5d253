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
            var kind = (EffectKind)Number(ref rest);
            ApplyOne(kind, ref rest);
            session.Effects.Clear(); // the verbs log again what they do; it is in the log already
            Count++;
        }
    }

    /// <summary>Computes the bit operations that some key still holds.</summary>
    public void ComputeUnfinished()
    {
        var entries = new List<Entry>();
        var tables = new List<KeyTable>();
        foreach (Shard shard in session.Store.Shards) shard.AddTablesTo(tables);
        foreach (KeyTable table in tables) table.CopyTo(entries);
        foreach (Entry entry in entries) entry.Unfinished?.Force();
    }

    private void ApplyOne(EffectKind kind, ref ReadOnlyMemory<byte> rest)
    {
        int database = checked((int)Number(ref rest));
        if (database >= session.Store.Databases)
        {
            throw new InvalidDataException(
                $"the log uses database {database}, but only {session.Store.Databases} are configured (-databases)");
        }

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
                session.SetBit(name.Span, checked((uint)Number(ref rest)), bit: true);
                break;
            case EffectKind.ClearBit:
                session.SetBit(name.Span, checked((uint)Number(ref rest)), bit: false);
                break;
            case EffectKind.Set:
                Set(name, ref rest);
                break;
            case EffectKind.Delete:
                session.Delete([name]);
                break;
            case EffectKind.Expire:
                Expire(name, (long)Number(ref rest));
                break;
            case EffectKind.Rename:
                session.Rename(name.Span, Bytes(ref rest).Span, SetCondition.Always);
                break;
            case EffectKind.Copy:
                int toDatabase = checked((int)Number(ref rest));
                session.Copy(name.Span, toDatabase, Bytes(ref rest).Span, SetCondition.Always);
                break;
            case EffectKind.BitOp:
                BitOp(name, ref rest);
                break;
            default:
                throw new InvalidDataException($"effect kind {(int)kind} is unknown to this version");
        }
    }

    private void Set(ReadOnlyMemory<byte> name, ref ReadOnlyMemory<byte> rest)
    {
        long lengthBytes = (long)Number(ref rest);
        long expiresAt = (long)Number(ref rest);
        ReadOnlyMemory<byte> serialized = Bytes(ref rest);
        StringVerbs.PutHeld(session, new KeyRef(name.Span), ValueCodec.Read(lengthBytes, serialized), expiresAt);
    }

    private void Expire(ReadOnlyMemory<byte> name, long expiresAt)
    {
        if (expiresAt == 0) session.Persist(name.Span);
        else session.ExpireAt(name.Span, expiresAt, ExpireCondition.None);
    }

    private void BitOp(ReadOnlyMemory<byte> destination, ref ReadOnlyMemory<byte> rest)
    {
        var operation = (BitOperation)Number(ref rest);
        ulong count = Number(ref rest);
        if (!Enum.IsDefined(operation) || count == 0 || count > (ulong)rest.Length)
        {
            throw new InvalidDataException(
                $"bit operation {(int)operation} over {count} keys is unknown to this version");
        }

        var sources = new ReadOnlyMemory<byte>[count];
        for (int i = 0; i < sources.Length; i++) sources[i] = Bytes(ref rest);
        StringValue result = session.BitOp(operation, destination, sources);
        if (result.Pending.Depth >= Limits.PendingDepthMax) result.Pending.Force();
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
