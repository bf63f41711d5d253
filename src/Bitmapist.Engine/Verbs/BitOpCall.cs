using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Engine.Verbs;

/// <summary>
/// One BITOP on its way: its operands are frozen and the result stored in a single hold of all its shards, in which
/// every operand is at hand or an operation that cannot fail. What is not is made ready outside, and tried again. One
/// thread.
/// </summary>
/// <param name="session">The caller's.</param>
/// <param name="operation">NOT takes one source, the 8.2 forms but ONE at least two.</param>
/// <param name="destination">Overwritten, its expiry dropped; removed when every source is missing or empty.</param>
/// <param name="sources">Names; a missing key is an empty string.</param>
public sealed class BitOpCall(
    Session session, BitopKind operation, ReadOnlyMemory<byte> destination, ReadOnlyMemory<byte>[] sources)
{
    // Of the destination and the sources, computed once: they say which shards to hold and where to look.
    private readonly ulong _destinationHash = KeyHash.Compute(destination.Span);
    private readonly ulong[] _hashes = Array.ConvertAll(sources, static name => KeyHash.Compute(name.Span));
    private StringValue[] _operands = new StringValue[sources.Length];
    private BorrowedBits? _borrowed; // null until something had to be read or computed first
    private bool _isCounted;

    /// <summary>
    /// What was decided, as long as the longest source: to be computed by the first thread that needs it.
    /// </summary>
    public StringValue Result { get; private set; } = StringValue.Empty;

    /// <summary>
    /// Whether <see cref="PendingBits.Force"/> must be called on the result, outside a transaction, before it is
    /// acknowledged: its operands take memory that nothing else has, or memory is short.
    /// </summary>
    public bool IsComputedFirst { get; private set; }

    /// <summary>Chunks that making the operands ready and computing visits, as of the last look.</summary>
    public long Cost
    {
        get
        {
            long cost = 0;
            foreach (StringValue operand in _operands) cost += operand.Pending.FineCost;
            return cost / Costs.FineUnits;
        }
    }

    /// <summary>
    /// Decides the result, if that needs no reading and no long computing first; within a transaction it is done then,
    /// since what other commands of it saw must not change meanwhile.
    /// </summary>
    /// <exception cref="DiskReadException">The index, or within a transaction a source, cannot be read; nothing is
    /// changed.</exception>
    public bool TryDecide()
    {
        using ShardScope scope = session.Enter(Shards());
        bool isReady = Look(isCounting: !_isCounted);
        _isCounted = true;
        while (!isReady && session.InTransaction)
        {
            MakeReady();
            isReady = Look(isCounting: false);
        }

        if (isReady) Put();
        return isReady;
    }

    /// <summary>Decides the result; where waiting stalls nobody.</summary>
    /// <exception cref="DiskReadException">A source cannot be read; nothing is changed.</exception>
    public void Decide()
    {
        while (!TryDecide()) MakeReady();
    }

    /// <summary>Whether <see cref="TryDecide"/> would decide without reading, as things are.</summary>
    /// <exception cref="DiskReadException">The index cannot be read.</exception>
    public bool IsReady()
    {
        using ShardScope scope = session.Enter(Shards());
        return Look(isCounting: false);
    }

    /// <summary>Reads and computes what was not ready when last looked at; call it outside every shard.</summary>
    /// <exception cref="DiskReadException">An operand cannot be read.</exception>
    public void MakeReady()
    {
        PendingBits[] operands = Array.ConvertAll(_operands, static operand => operand.Pending);
        bool[] isWanted = new bool[operands.Length];
        for (int i = 0; i < operands.Length; i++) isWanted[i] = !IsReady(i);
        _borrowed ??= new BorrowedBits(operands.Length);
        _borrowed.Read(operation, operands, isWanted);
    }

    private ulong Shards()
    {
        ulong shards = KeyRef.MaskOf(_destinationHash);
        foreach (ulong hash in _hashes) shards |= KeyRef.MaskOf(hash);
        return shards;
    }

    /// <summary>Freezes the operands, and tells whether all are ready; the shards are held.</summary>
    /// <param name="isCounting">Whether these are the lookups that count as hits and misses.</param>
    private bool Look(bool isCounting)
    {
        for (int i = 0; i < sources.Length; i++)
        {
            var key = new KeyRef(sources[i].Span, _hashes[i]);
            Entry? entry = isCounting ? session.FindForRead(key) : session.Find(key);
            _operands[i] = entry?.Freeze() ?? StringValue.Empty;
        }

        _borrowed?.Review(_operands);
        bool isReady = true;
        for (int i = 0; i < sources.Length; i++) isReady &= IsReady(i);
        return isReady;
    }

    // Chains of unfinished operations are computed before they grow so deep that computing them would recurse far.
    // A replay reads only what a key still wants at the end: a failure then refuses to start, whenever it comes.
    private bool IsReady(int operand) => _borrowed?.Bits[operand] is not null
        || ((session.IsReplaying || _operands[operand].Pending.Stored is null)
            && _operands[operand].Pending.Depth < EngineLimits.PendingDepthMax);

    private void Put()
    {
        long lengthBytes = 0;
        foreach (StringValue operand in _operands) lengthBytes = Math.Max(lengthBytes, operand.LengthBytes);
        var key = new KeyRef(destination.Span, _destinationHash);
        if (lengthBytes == 0)
        {
            KeyVerbs.RemoveHeld(session, key);
            session.Seal();
            Result = StringValue.Empty;
            return;
        }

        Entry? existing = session.Find(key);
        Result = new StringValue(lengthBytes, PendingBits.From(
            new OperationSource(
                operation, _operands, _borrowed?.Bits, session.Store.Memory, session.Store.LeftBytes)));
        IsComputedFirst = _borrowed is not null || !session.Store.Deferred.HasRoom;
        session.Store.Deferred.Add();
        StringVerbs.PutHeld(session, key, existing, Result, expiresAtUnixMs: 0);
        session.Effects.BitOp(session.Database, destination.Span, operation, sources);
        session.Tell(KeyEvent.Set, destination.Span);
        session.Seal();
        // A caller that waits to acknowledge it need not keep what the result was made of.
        _borrowed = null;
        _operands = [];
    }
}
