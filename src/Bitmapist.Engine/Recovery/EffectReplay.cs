using System.Diagnostics;
using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Effects;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Verbs;

namespace Bitmapist.Engine.Recovery;

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
        var reader = new EffectReader(_record.AsMemory(0, record.Length));
        while (reader.TryRead(out Effect effect)) Apply(effect);
    }

    /// <summary>Applies one effect; the session is in a replay transaction.</summary>
    /// <exception cref="InvalidDataException">It uses a database that is not configured.</exception>
    public void Apply(in Effect effect)
    {
        RequireConfigured(effect.Database);
        session.Database = effect.Database;
        ReadOnlySpan<byte> name = effect.Name.Span;
        switch (effect.Kind)
        {
            case EffectKind.SetBit:
                session.SetBit(name, effect.Offset, bit: true);
                break;
            case EffectKind.ClearBit:
                session.SetBit(name, effect.Offset, bit: false);
                break;
            case EffectKind.Set:
                var key = new KeyRef(name);
                StringVerbs.PutHeld(session, key, session.Find(key), effect.Value, effect.ExpiresAtUnixMs);
                break;
            case EffectKind.Delete:
                session.Delete([effect.Name]);
                break;
            case EffectKind.Expire when effect.ExpiresAtUnixMs == 0:
                session.Persist(name);
                break;
            case EffectKind.Expire:
                session.ExpireAt(name, effect.ExpiresAtUnixMs, ExpireCondition.None);
                break;
            case EffectKind.Rename:
                session.Rename(name, effect.Target.Span, SetCondition.Always);
                break;
            case EffectKind.Copy:
                RequireConfigured(effect.TargetDatabase);
                session.Copy(name, effect.TargetDatabase, effect.Target.Span, SetCondition.Always);
                break;
            case EffectKind.BitOp:
                session.BitOp(effect.Operation, effect.Name, effect.Sources!);
                break;
            case EffectKind.WriteBits:
                session.WriteBits(
                    effect.Name, BitPatch.OfBits(effect.Offset, effect.BitCount, effect.Bits.Span));
                break;
            case EffectKind.SwapDatabases:
                RequireConfigured(effect.TargetDatabase);
                session.Swap(effect.Database, effect.TargetDatabase);
                break;
            case EffectKind.FlushDatabase:
                session.Flush(effect.Database);
                break;
            default:
                throw new UnreachableException($"effect kind {effect.Kind}");
        }

        session.Effects.Clear(); // the verbs log again what they do; it is in the log already
        Count++;
    }

    /// <summary>Computes the bit operations that some key still holds.</summary>
    public void ComputeUnfinished()
    {
        var entries = new List<Entry>();
        foreach (Shard shard in session.Store.Shards)
            foreach ((_, KeyTable table) in shard.Tables()) table.CopyTo(entries);
        foreach (Entry entry in entries)
            if (entry.Unfinished is { Depth: > 0 } operation) operation.Force();
    }

    private void RequireConfigured(int database)
    {
        if (database < session.Store.Databases) return;
        throw new InvalidDataException(
            $"the log uses database {database}, but only {session.Store.Databases} are configured (-databases)");
    }
}
