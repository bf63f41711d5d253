using Bitmapist.Engine.Keyspace;
using Bitmapist.Roaring;

namespace Bitmapist.Engine.Bits;

/// <summary>
/// One BITOP on its way: its operands are frozen and the result stored in a single hold of all its shards, in which
/// every operand is at hand or an operation that cannot fail. What is not is made ready outside, and tried again. One
/// thread.
/// </summary>
internal sealed class BitOpCall(
    Session session, BitOperation operation, ReadOnlyMemory<byte> destination, ReadOnlyMemory<byte>[] sources)
{
    private readonly StringValue[] _operands = new StringValue[sources.Length];
    private readonly ReadOnlyBitmap?[] _lent = new ReadOnlyBitmap?[sources.Length];
    private readonly PendingBits?[] _lentOf = new PendingBits?[sources.Length];
    private readonly StoredSource?[] _lentFrom = new StoredSource?[sources.Length];

    /// <summary>What was decided.</summary>
    public StringValue Result { get; private set; }

    /// <summary>Chunks that making the operands ready and computing visits, as of the last try.</summary>
    public long Cost
    {
        get
        {
            long cost = 0;
            foreach (StringValue operand in _operands) cost += operand.Cost;
            return cost;
        }
    }

    /// <summary>Decides the result, if every operand is ready; in a transaction makes them ready if not.</summary>
    public bool TryDecide()
    {
        ulong shards = Session.ShardsOf(destination.Span);
        foreach (ReadOnlyMemory<byte> source in sources) shards |= Session.ShardsOf(source.Span);
        using ShardScope scope = session.Enter(shards);
        bool isReady = true;
        long lengthBytes = 0;
        for (int i = 0; i < sources.Length; i++)
        {
            _operands[i] = session.FindForRead(new KeyRef(sources[i].Span))?.Freeze() ?? StringValue.Empty;
            lengthBytes = Math.Max(lengthBytes, _operands[i].LengthBytes);
            if (!IsWhatWasLent(i)) _lent[i] = null;
            isReady &= IsReady(i);
        }

        if (isReady) Put(lengthBytes);
        else if (session.InTransaction) MakeReady(); // it cannot let go meanwhile
        return isReady;
    }

    /// <summary>Reads and computes what was not ready.</summary>
    /// <exception cref="ColdReadException">An operand cannot be read.</exception>
    public void MakeReady()
    {
        for (int i = 0; i < sources.Length; i++)
        {
            if (IsReady(i)) continue;
            PendingBits operand = _operands[i].Pending;
            _lentOf[i] = operand;
            _lentFrom[i] = operand.Stored;
            _lent[i] = operand.Lend();
        }
    }

    // Chains of unfinished operations are computed before they grow so deep that computing them would recurse far.
    // A replay reads only what a key still wants at the end: a failure then refuses to start, whenever it comes.
    private bool IsReady(int operand) => _lent[operand] is not null
        || ((session.IsReplaying || _operands[operand].Pending.Stored is null)
            && _operands[operand].Pending.Depth < Limits.PendingDepthMax);

    // It may have left memory and come back meanwhile, and would do so for ever where memory is short.
    private bool IsWhatWasLent(int operand) => _operands[operand].Pending is var pending
        && (pending == _lentOf[operand] || (pending.Stored?.IsSame(_lentFrom[operand]) ?? false));

    private void Put(long lengthBytes)
    {
        var key = new KeyRef(destination.Span);
        if (lengthBytes == 0)
        {
            KeyVerbs.RemoveHeld(session, key);
            Result = StringValue.Empty;
            return;
        }

        Entry? existing = session.Find(key);
        Result = new StringValue(lengthBytes, PendingBits.From(
            new OperationSource(operation, _operands, _lent, session.Store.Unfinished)));
        StringVerbs.PutHeld(session, key, existing, Result, expiresAtUnixMs: 0);
        session.Effects.BitOp(session.Database, destination.Span, operation, sources.Length);
        foreach (ReadOnlyMemory<byte> source in sources) session.Effects.Source(source.Span);
    }
}
