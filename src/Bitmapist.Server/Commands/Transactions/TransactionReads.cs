using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Verbs;
using Bitmapist.Server.Commands.Bits;
using Bitmapist.Server.Commands.Connection;

namespace Bitmapist.Server.Commands.Transactions;

/// <summary>
/// The bits that a transaction's commands need and that are not at hand, as they are in the database file or still to
/// be computed: found out while EXEC holds their shards, and made ready, if there are any, after it has released them
/// and before it holds them again. One thread at a time.
/// </summary>
internal sealed class TransactionReads(Session session, TransactionState transaction)
{
    private List<PendingBits>? _unread;
    private BitOpCall?[]? _bitOps;

    /// <summary>
    /// Whether nothing long is to be read or computed; the transaction's shards are held. O(keys). Where the index
    /// cannot be read nothing is to be waited for: the command that needs it will say so.
    /// </summary>
    public bool AreDone()
    {
        int database = session.Database;
        try
        {
            return FindMissing();
        }
        catch (DiskReadException)
        {
            return true;
        }
        finally
        {
            session.Database = database;
        }
    }

    /// <summary>Reads what was missing when last asked; outside every shard.</summary>
    /// <exception cref="DiskReadException">Some of it cannot be read.</exception>
    public void Read()
    {
        foreach (PendingBits unread in _unread ?? []) unread.Force();
        foreach (BitOpCall? bitOp in _bitOps ?? []) bitOp?.MakeReady();
    }

    /// <summary>The BITOP at a place in the queue, if it is one and well-formed.</summary>
    public BitOpCall? BitOpAt(int index) => _bitOps?[index];

    private bool FindMissing()
    {
        _unread?.Clear();
        bool areDone = true;
        for (int i = 0; i < transaction.Commands.Count; i++)
        {
            (CommandSpec spec, ArgumentList args) = transaction.Commands[i];
            if (spec.Is(CommandFlags.NeedsBits))
            {
                if (session.FindUnready(args[1]) is { } unread) (_unread ??= []).Add(unread);
            }
            else if (spec.Is(CommandFlags.LeavesBits))
            {
                areDone &= Prepare(i, args)?.IsReady() ?? true;
            }
            else if (spec == ConnectionCommands.Select)
            {
                session.Database = ConnectionCommands.DatabaseOf(args, session.Databases) ?? session.Database;
            }
        }

        return areDone && _unread is not { Count: > 0 };
    }

    private BitOpCall? Prepare(int index, ArgumentList args)
    {
        _bitOps ??= new BitOpCall?[transaction.Commands.Count];
        return _bitOps[index] ??= BitOp.Prepare(session, args);
    }
}
