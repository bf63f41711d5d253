using Bitmapist.Roaring;

namespace Bitmapist.Engine.Bits;

/// <summary>A bit operation over frozen operands.</summary>
internal sealed class OperationSource : PendingSource
{
    private readonly BitopKind _operation;
    private readonly StringValue[] _operands;
    private readonly ReadOnlyBitmap?[]? _borrowed;
    private readonly UnfinishedCount? _unfinished;
    private int _isCountedOut;

    /// <param name="operation">The operation.</param>
    /// <param name="operands">At least one; NOT takes exactly one. Not changed any more by the caller.</param>
    /// <param name="borrowed">For each operand its bits, where they had to be read from the database file: nothing that
    /// is decided may depend on a read that can fail. Null where no bits had to be.</param>
    /// <param name="unfinished">Where it is counted until it is computed; null: not counted.</param>
    public OperationSource(
        BitopKind operation,
        StringValue[] operands,
        ReadOnlyBitmap?[]? borrowed,
        UnfinishedCount? unfinished)
    {
        _operation = operation;
        _borrowed = borrowed;
        _operands = operands;
        long cost = 0;
        foreach (StringValue value in operands)
        {
            PendingBits operand = value.Pending;
            Depth = Math.Max(Depth, operand.Depth);
            cost += operand.FineCost;
            MemoryBytes += operand.MemoryBytes;
        }

        Depth++;
        Cost = cost / Costs.FineUnits;
        if (operation == BitopKind.Not)
        {
            Cost += operands[0].LengthBytes / StringBytes.ChunkBytes;
            MemoryBytes += operands[0].LengthBytes;
        }

        _unfinished = unfinished;
        unfinished?.Increment();
    }

    public override long Cost { get; }

    public override long MemoryBytes { get; }

    public override int Depth { get; }

    public override FrozenBitmap Compute()
    {
        var operands = new ReadOnlyBitmap?[_operands.Length];
        bool areReady = true;
        for (int i = 0; i < operands.Length; i++)
        {
            operands[i] = _borrowed?[i] ?? _operands[i].Pending.ReadyBits;
            areReady &= operands[i] is not null;
        }

        if (!areReady)
        {
            PendingBits[] pending = Array.ConvertAll(_operands, static operand => operand.Pending);
            OperandReader.Read(_operation, pending, Array.ConvertAll(operands, static bits => bits is null), operands);
        }

        FrozenBitmap result = Bitop.Compute(_operation, operands!, _operands[0].LengthBytes);
        CountOut();
        return result;
    }

    /// <summary>It is computed, or need not be: it counts no longer as unfinished.</summary>
    public void CountOut()
    {
        if (Interlocked.Exchange(ref _isCountedOut, 1) == 0) _unfinished?.Decrement();
    }
}

/// <summary>How many bit operations are decided and not yet computed. Thread-safe.</summary>
internal sealed class UnfinishedCount
{
    private int _count;

    public bool Any => Volatile.Read(ref _count) != 0;

    public void Increment() => Interlocked.Increment(ref _count);

    public void Decrement() => Interlocked.Decrement(ref _count);

    /// <summary>Forgets operations whose results no key holds. Only while nothing else runs.</summary>
    public void Reset() => Volatile.Write(ref _count, 0);
}
