using Bitmapist.Engine.Effects;
using Bitmapist.Storage.Files;
using Bitmapist.Storage.Log;
using BitOperations = System.Numerics.BitOperations;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// What a session changed during a hold of shards: the effects, which the log gets at its end, in steps of a verb each.
/// Memory and log agree, whatever is thrown: a verb that does not come to its end is taken back, and so is what the log
/// does not take.
/// </summary>
internal sealed class Journal(Session session)
{
    private readonly EffectBuffer _expired = new(); // deletions of expired keys, which precede the other effects
    private ToldEvents? _events; // null: none was ever told
    private int _sealedBytes; // of the effects: those of verbs that came to their end
    private bool _areDeletionsInOrder;
    private bool _hasChanges;

    /// <summary>What a replay must do.</summary>
    public EffectBuffer Effects { get; } = new();

    public bool IsEmpty => !_hasChanges && Effects.IsEmpty && _expired.IsEmpty && (_events?.IsEmpty ?? true);

    /// <summary>The number of the verb whose changes are being made.</summary>
    public long Step { get; private set; } = 1;

    /// <summary>A verb has begun to change something, and is not at its end.</summary>
    public bool IsStepOpen { get; private set; }

    /// <summary>Changes are noted, to be taken back if need be; not while that is done, nor during a replay.</summary>
    public bool IsRecording { get; set; } = true;

    /// <summary>The log's position behind this session's last effect; 0 when it had none.</summary>
    public long LoggedPosition { get; private set; }

    /// <summary>The same for effects that nothing was acknowledged of yet; else 0.</summary>
    public long UnacknowledgedPosition { get; set; }

    /// <summary>Before the first change of a verb.</summary>
    /// <exception cref="WritesRefusedException">There must be none now.</exception>
    public void BeginStep()
    {
        if (IsStepOpen || !IsRecording) return;
        if (session.Store.IsRefusing) throw new WritesRefusedException();
        IsStepOpen = true;
        _hasChanges = true;
    }

    /// <summary>A verb is at its end: what it changed and what its effects say agree.</summary>
    public void Seal()
    {
        _sealedBytes = Effects.Count;
        _events?.Seal();
        IsStepOpen = false;
        Step++;
    }

    /// <summary>Notes what a verb has to tell, which is delivered when the log has taken the hold's effects.</summary>
    public void Tell(KeyEvent what, int database, ReadOnlySpan<byte> name)
    {
        if (IsRecording) (_events ??= new ToldEvents()).Add(what, database, name);
    }

    /// <summary>Takes back what a verb did that did not come to its end.</summary>
    public void EndVerb(ulong shards)
    {
        if (!IsRecording || (!IsStepOpen && Effects.Count == _sealedBytes)) return;
        Undo.Step(session, shards);
        Effects.Truncate(_sealedBytes);
        _events?.Unseal();
        IsStepOpen = false;
        Step++;
    }

    /// <summary>
    /// From now on the hold may find keys expired that were not so for it before: it has given one a time that has
    /// come, or has swapped databases. Their deletions have their place among its effects.
    /// </summary>
    public void KeepDeletionsInOrder() => _areDeletionsInOrder = true;

    /// <summary>
    /// Has the deletion of an expired key logged: by itself, before the effects of the verb or transaction, none of
    /// which concerns that key, as finding it would have removed it; and in records of bounded size, as there may be
    /// very many. For those of <see cref="KeepDeletionsInOrder"/> neither is so.
    /// </summary>
    public void LogExpired(int database, ReadOnlySpan<byte> name)
    {
        if (session.Store.Log is not { } log) return;
        if (_areDeletionsInOrder)
        {
            Effects.Delete(database, name);
            return;
        }

        _expired.Delete(database, name);
        if (_expired.Count < session.Store.ExpiredRecordBytes || log.Failure is not null) return;
        Append(log, _expired);
        _expired.Clear();
    }

    /// <summary>Hands the log the effects of the hold, which ends; what it does not take is taken back.</summary>
    /// <param name="shards">The shards that are held.</param>
    /// <param name="isComplete">A transaction came to its end; else all of it is taken back.</param>
    /// <exception cref="WritesRefusedException">The log takes nothing; nothing is changed.</exception>
    public void HandOver(ulong shards, bool isComplete)
    {
        try
        {
            EndVerb(shards);
            if (!isComplete && IsRecording)
            {
                Undo.Hold(session, shards);
                Effects.Clear();
                _events?.Clear();
            }

            if (session.Store.Log is not { } log)
            {
                ForEach(shards, static (shard, _) => shard.Undo.Forget(), 0);
                _events?.Deliver(session.Store.Events);
                return;
            }

            Append(log, _expired);
            Append(log, Effects);
            ForEach(shards, static (shard, position) => shard.Undo.Stamp(position), LoggedPosition);
            _events?.Deliver(session.Store.Events);
        }
        catch (StorageException refused)
        {
            Undo.Hold(session, shards);
            // Without the deletion of an expired key a read goes on: the key is as missing as before.
            if (!Effects.IsEmpty) throw new WritesRefusedException(refused);
        }
        catch
        {
            Undo.Hold(session, shards);
            throw;
        }
        finally
        {
            Effects.Clear(); // refused or not, they must not come again with the next command's
            _expired.Clear();
            _events?.Clear();
            _sealedBytes = 0;
            _hasChanges = IsStepOpen = _areDeletionsInOrder = false;
        }
    }

    private void Append(LogWriter log, EffectBuffer effects)
    {
        if (!effects.IsEmpty) LoggedPosition = UnacknowledgedPosition = log.Append(effects.Written);
    }

    private void ForEach(ulong shards, Action<Shard, long> action, long argument)
    {
        for (ulong left = shards; left != 0; left &= left - 1)
            action(session.Store.Shards[BitOperations.TrailingZeroCount(left)], argument);
    }
}

/// <summary>The log can keep nothing now. The verb has changed nothing; reads go on.</summary>
public sealed class WritesRefusedException(Exception? reason = null)
    : Exception("the log takes no writes now", reason);
