using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Effects;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Recovery;
using Bitmapist.Engine.Verbs;

namespace Bitmapist.Repair;

/// <summary>
/// The keys that the log touches, while a repair applies it. An effect that builds on a lost value makes what it
/// changes lost as well; one that gives a key a wholly new value makes it known again. Nothing expires. One thread.
/// </summary>
internal sealed class SalvagedKeyspace : IDisposable
{
    private readonly Session _session;
    private readonly EffectReplay _replay;
    private readonly LostKeys _lost;

    public SalvagedKeyspace(int databases, LostKeys lost)
    {
        _session = new Session(new KeyspaceStore(databases, TimeProvider.System));
        _replay = new EffectReplay(_session);
        _lost = lost;
    }

    /// <summary>Effects left out.</summary>
    public long EffectsOnLostKeys { get; private set; }

    public void Put(int database, ReadOnlySpan<byte> name, in StringValue value, long expiresAtUnixMs)
    {
        using TransactionScope scope = _session.BeginReplay();
        _session.Database = database;
        var key = new KeyRef(name);
        StringVerbs.PutHeld(_session, key, _session.Find(key), value, expiresAtUnixMs);
        _session.Effects.Clear();
    }

    /// <summary>Applies one effect as far as its sources are known.</summary>
    public void Apply(in Effect effect)
    {
        using TransactionScope scope = _session.BeginReplay();
        bool isKnown = effect.Kind switch
        {
            EffectKind.Set or EffectKind.Delete or EffectKind.FlushDatabase => true,
            EffectKind.BitOp => AreKnown(effect.Database, effect.Sources!),
            _ => !_lost.IsLost(effect.Database, effect.Name.Span),
        };
        if (isKnown) _replay.Apply(effect);
        else EffectsOnLostKeys++;
        Note(effect, isKnown);
    }

    /// <summary>Every key there is, once bit operations still to be computed are.</summary>
    public IEnumerable<(int Database, byte[] Name, StringValue Value, long ExpiresAtUnixMs)> Keys()
    {
        for (int database = 0; database < _session.Store.Databases; database++)
        {
            foreach (byte[] name in Names(database))
            {
                (StringValue value, long expiresAt) = Read(database, name);
                yield return (database, name, value, expiresAt);
            }
        }
    }

    public void Dispose() => _session.Dispose();

    private bool AreKnown(int database, ReadOnlyMemory<byte>[] names) =>
        !Array.Exists(names, name => _lost.IsLost(database, name.Span));

    /// <summary>What is known and what is lost after an effect.</summary>
    private void Note(in Effect effect, bool isKnown)
    {
        switch (effect.Kind)
        {
            case EffectKind.FlushDatabase:
                _lost.Flush(effect.Database);
                break;
            case EffectKind.Set or EffectKind.Delete:
                _lost.Resolve(effect.Database, effect.Name.Span);
                break;
            case EffectKind.BitOp:
                NoteTarget(effect.Database, effect.Name, isKnown);
                break;
            case EffectKind.Copy:
                NoteTarget(effect.TargetDatabase, effect.Target, isKnown);
                break;
            case EffectKind.Rename:
                NoteTarget(effect.TargetDatabase, effect.Target, isKnown);
                _lost.Resolve(effect.Database, effect.Name.Span); // it is gone
                break;
            default:
                if (!isKnown) _lost.Name(effect.Database, effect.Name.Span); // as unknown as it was
                break;
        }
    }

    private void NoteTarget(int database, ReadOnlyMemory<byte> name, bool isKnown)
    {
        if (isKnown)
        {
            _lost.Resolve(database, name.Span);
            return;
        }

        _session.Database = database;
        _session.Delete([name]);
        _session.Effects.Clear();
        _lost.Add(database, name.Span, new LostKey(LossCause.Log, "the log makes it of a key that is lost"));
    }

    private List<byte[]> Names(int database)
    {
        using TransactionScope scope = _session.BeginReplay();
        _session.Database = database;
        return [.. _session.Names([]).Read()];
    }

    private (StringValue Value, long ExpiresAtUnixMs) Read(int database, byte[] name)
    {
        using TransactionScope scope = _session.BeginReplay();
        _session.Database = database;
        _session.TryGet(name, out StringValue value);
        long expiresAt = _session.ExpiresAt(name, out _);
        return (value, expiresAt == ExpiryVerbs.NoExpiry ? 0 : expiresAt);
    }
}
