using Bitmapist.Roaring;

namespace Bitmapist.Engine.Bits;

/// <summary>
/// A bit operation over frozen operands. Mostly a result is counted once and then forgotten, so its cardinality and
/// single bits are told from the operands where that is less work than the result.
/// </summary>
internal sealed class OperationSource : PendingSource
{
    // This object and the one that refers to it; and for each operand its place, its objects, and what is frozen.
    private const long ObjectBytes = 150;
    private const long OperandBytes = 24 + 56 + 72;

    // Looking into so many operands is less than releasing a shard to do it.
    private const int OperandsAtOnceMax = 16;

    private readonly BitopKind _operation;
    private readonly StringValue[] _operands;
    private readonly ReadOnlyBitmap?[]? _borrowed;
    private readonly MemoryGauge _memory;

    /// <param name="operation">The operation.</param>
    /// <param name="operands">At least one; NOT takes exactly one. Not changed any more by the caller.</param>
    /// <param name="borrowed">For each operand its bits, where they had to be read from the database file: nothing that
    /// is decided may depend on a read that can fail. Null where no bits had to be.</param>
    /// <param name="memory">Told of the result when it comes into memory.</param>
    /// <param name="leftBytes">See <see cref="LeftBytesBefore"/>.</param>
    public OperationSource(
        BitopKind operation, StringValue[] operands, ReadOnlyBitmap?[]? borrowed, MemoryGauge memory, long leftBytes)
    {
        LeftBytesBefore = leftBytes;
        _operation = operation;
        _borrowed = borrowed;
        _operands = operands;
        _memory = memory;
        long cost = 0;
        foreach (StringValue value in operands)
        {
            PendingBits operand = value.Pending;
            Depth = Math.Max(Depth, operand.Depth);
            cost += operand.FineCost;
        }

        Depth++;
        Cost = cost / Costs.FineUnits;
        if (operation == BitopKind.Not) Cost += operands[0].LengthBytes / StringBytes.ChunkBytes;
    }

    /// <summary>What keys had left to frozen values when the operation was decided, or before.</summary>
    public long LeftBytesBefore { get; }

    /// <summary>About how many bytes the result will take, an estimate from above.</summary>
    public long ResultBytes => Cost * StringBytes.ChunkBytes;

    public override long OwnBytes => ObjectBytes + (OperandBytes * _operands.Length);

    public override long Cost { get; }

    public override long CountCost => _operation switch
    {
        _ when Depth > 1 => Cost,
        BitopKind.One => Cost,
        BitopKind.Not => _operands[0].Pending.CountCost,
        _ => Cost / Costs.CountShare,
    };

    public override int Depth { get; }

    public override FrozenBitmap Compute()
    {
        FrozenBitmap result = Make();
        _memory.Add(result.MemoryBytes);
        return result;
    }

    /// <summary>The result, which nobody keeps. O(operands).</summary>
    public FrozenBitmap Make() => Bitop.Compute(_operation, Operands(), _operands[0].LengthBytes);

    /// <summary>Has the operands that are operations computed, each once for all that wait for it.</summary>
    public Task MakeOperandsReadyAsync(BackgroundThreads threads) => Task.WhenAll(
        _operands.Where(static operand => operand.Pending.Operation is not null)
            .Select(operand => operand.Pending.MakeReadyAsync(threads)));

    /// <remarks>Operands that are operations themselves are computed first, and keep their result.</remarks>
    public override long? TryCount() => Bitop.TryCount(_operation, Operands(), _operands[0].LengthBytes);

    public override bool? TryContainsAtOnce(uint offset)
    {
        if (_operands.Length > OperandsAtOnceMax) return null;
        int holders = 0;
        bool isInFirst = false;
        for (int i = 0; i < _operands.Length; i++)
        {
            if ((_borrowed?[i] ?? _operands[i].Pending.ReadyBits) is not { } operand) return null;
            if (!operand.Contains(offset)) continue;
            holders++;
            isInFirst |= i == 0;
        }

        return Bitop.Contains(
            _operation, isInFirst, holders, _operands.Length, isInString: offset < _operands[0].LengthBytes * 8);
    }

    private ReadOnlyBitmap[] Operands()
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

        return operands!;
    }
}
