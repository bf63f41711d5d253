using Bitmapist.Roaring;

namespace Bitmapist.Engine.Bits;

/// <summary>A bit operation over frozen operands.</summary>
internal sealed class OperationSource : PendingSource
{
    private readonly BitOperation _operation;
    private readonly PendingBits[] _operands;
    private readonly ReadOnlyBitmap?[] _lent;
    private readonly long[] _operandLengths;
    private readonly UnfinishedCount? _unfinished;
    private int _isCountedOut;

    /// <param name="operation">The operation.</param>
    /// <param name="operands">At least one; NOT takes exactly one.</param>
    /// <param name="lent">For each operand its bits, where they had to be read from the database file: nothing that
    /// is decided may depend on a read that can fail.</param>
    /// <param name="unfinished">Where it is counted until it is computed; null: not counted.</param>
    public OperationSource(
        BitOperation operation,
        ReadOnlySpan<StringValue> operands,
        ReadOnlyBitmap?[] lent,
        UnfinishedCount? unfinished)
    {
        _operation = operation;
        _lent = lent;
        _operands = new PendingBits[operands.Length];
        _operandLengths = new long[operands.Length];
        for (int i = 0; i < operands.Length; i++)
        {
            PendingBits operand = operands[i].Pending;
            _operands[i] = operand;
            _operandLengths[i] = operands[i].LengthBytes;
            Depth = Math.Max(Depth, operand.Depth);
            Cost += operand.Cost;
            MemoryBytes += operand.MemoryBytes;
        }

        Depth++;
        if (operation == BitOperation.Not)
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
        ReadOnlyBitmap?[] operands = [.. _lent];
        OperandReader.Read(_operation, _operands, Array.ConvertAll(_lent, static lent => lent is null), operands);
        FrozenBitmap result = Bitop.Compute(_operation, operands!, _operandLengths);
        CountOut();
        return result;
    }

    /// <summary>It is computed, or need not be: it counts no longer as unfinished.</summary>
    public void CountOut()
    {
        if (Interlocked.Exchange(ref _isCountedOut, 1) == 0) _unfinished?.Decrement();
    }
}
