using System.Diagnostics;
using BitOperations = System.Numerics.BitOperations;

namespace Bitmapist.Engine.Keyspace;

/// <summary>
/// Takes changes back, newest first, so that the keyspace is as it was before them; through the same functions as the
/// changes themselves (<see cref="KeyChanges"/>), so that all books are right. Nothing is logged.
/// </summary>
internal static class Undo
{
    /// <summary>Takes back the changes of the verb that the session has begun and not sealed.</summary>
    public static void Step(Session session, ulong shards) =>
        Back(session, shards, position => -position >= session.Journal.Step);

    /// <summary>Takes back all changes of the session's hold.</summary>
    public static void Hold(Session session, ulong shards) => Back(session, shards, position => position < 0);

    /// <summary>Takes back whatever is behind a position of the log; all shards are held.</summary>
    public static void To(Session session, long position) =>
        Back(session, KeyspaceStore.AllShards, changedAt => changedAt > position);

    private static void Back(Session session, ulong shards, Func<long, bool> isUndone)
    {
        bool wasRecording = session.Journal.IsRecording;
        session.Journal.IsRecording = false;
        try
        {
            while (ToWhole(session, shards, isUndone) is { } whole)
            {
                Debug.Assert(shards == KeyspaceStore.AllShards, "Such a change holds all shards.");
                foreach (Shard shard in session.Store.Shards) shard.Undo.Pop(out _);
                whole.Restore(session.Store);
            }
        }
        catch (Exception failure)
        {
            // Memory is now neither what the log says nor what it was. The log has all that was acknowledged.
            Environment.FailFast("changes could not be taken back; a restart finds what the log has", failure);
        }
        finally
        {
            session.Journal.IsRecording = wasRecording;
        }
    }

    /// <summary>Takes back each shard's changes as far as the last one that all have in common.</summary>
    private static IWholeChange? ToWhole(Session session, ulong shards, Func<long, bool> isUndone)
    {
        IWholeChange? whole = null;
        for (ulong left = shards; left != 0; left &= left - 1)
        {
            Shard shard = session.Store.Shards[BitOperations.TrailingZeroCount(left)];
            while (shard.Undo.TryPeek(out UndoItem item) && isUndone(item.Position))
            {
                whole = item.Old as IWholeChange;
                if (whole is not null) break;
                shard.Undo.Pop(out _);
                Apply(session, shard, item);
            }
        }

        return whole;
    }

    private static void Apply(Session session, Shard shard, in UndoItem item)
    {
        Entry former = item.Entry;
        if (item.Kind == UndoKind.Removed)
        {
            KeyChanges.Restore(session, shard, item);
            return;
        }

        // Looked up by its name: what was removed and put back is another object.
        if (shard.TableOrNull(former.Database)?.Find(former.Hash, former.Name) is not { } entry)
        {
            // Only a creation may not have come to the table; anything else is not to be had any more.
            if (item.Kind != UndoKind.Created) throw new UnreachableException($"undo of {item.Kind} without its key");
            KeyChanges.Unadd(session, shard, former);
            return;
        }

        switch (item.Kind)
        {
            case UndoKind.Created:
                KeyChanges.Remove(session, shard, entry);
                break;
            case UndoKind.Bit:
                KeyChanges.RestoreBit(session, shard, entry, item);
                break;
            case UndoKind.Value:
                KeyChanges.Restore(session, shard, entry, item);
                break;
            case UndoKind.Expiry:
                KeyChanges.SetExpiry(session, shard, entry, item.ExpiresAtUnixMs);
                break;
            default:
                throw new UnreachableException($"undo of {item.Kind}");
        }
    }
}
