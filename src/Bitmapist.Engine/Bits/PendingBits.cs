using Bitmapist.Roaring;

namespace Bitmapist.Engine.Bits;

/// <summary>
/// The result of a bit operation over frozen operands, computed by whoever needs it first and outside every shard lock.
/// It stands for a value that is already decided: BITOP takes effect when its operands are frozen, not when the work
/// is done. Thread-safe.
/// </summary>
public sealed class PendingBits
{
    private readonly Lock _computing = new();
    private readonly BitOperation _operation;
    private readonly long _costWhileUnfinished;
    private readonly int _depthWhileUnfinished;
    private readonly UnfinishedCount? _unfinished;
    private PendingBits[]? _operands;
    private long[]? _operandLengths;
    private volatile FrozenBitmap? _result;

    private PendingBits(FrozenBitmap result) => _result = result;

    private PendingBits(BitOperation operation, ReadOnlySpan<StringValue> operands, UnfinishedCount? unfinished)
    {
        _operation = operation;
        _operands = new PendingBits[operands.Length];
        _operandLengths = new long[operands.Length];
        for (int i = 0; i < operands.Length; i++)
        {
            PendingBits operand = operands[i].Pending;
            _operands[i] = operand;
            _operandLengths[i] = operands[i].LengthBytes;
            _depthWhileUnfinished = Math.Max(_depthWhileUnfinished, operand.Depth);
            _costWhileUnfinished += operand.Cost;
        }

        _depthWhileUnfinished++;
        if (operation == BitOperation.Not) _costWhileUnfinished += operands[0].LengthBytes / StringBytes.ChunkBytes;
        _unfinished = unfinished;
        unfinished?.Increment();
    }

    public bool IsReady => _result is not null;

    /// <summary>Chunks to visit, an estimate from above for what is not yet computed.</summary>
    public long Cost => _result is { } result ? result.ChunkCount : _costWhileUnfinished;

    /// <summary>Unfinished operations below this one, itself included.</summary>
    internal int Depth => IsReady ? 0 : _depthWhileUnfinished;

    /// <summary>Bits that are at hand.</summary>
    public static PendingBits Ready(FrozenBitmap bits) => new(bits);

    /// <summary>The bits of <paramref name="operation"/> over <paramref name="operands"/>, not yet computed.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="operands">At least one; NOT takes exactly one.</param>
    /// <param name="unfinished">Where it is counted until it is computed; null: not counted.</param>
    internal static PendingBits Of(
        BitOperation operation, ReadOnlySpan<StringValue> operands, UnfinishedCount? unfinished) =>
        new(operation, operands, unfinished);

    /// <summary>The bits; the first caller computes them, others wait for it. O(operands) then, O(1) later.</summary>
    public FrozenBitmap Force()
    {
        if (_result is { } ready) return ready;
        lock (_computing)
        {
            if (_result is { } done) return done;
            var operands = new ReadOnlyBitmap[_operands!.Length];
            for (int i = 0; i < operands.Length; i++) operands[i] = _operands[i].Force();
            FrozenBitmap result = Bitop.Compute(_operation, operands, _operandLengths!);
            _result = result;
            _operands = null; // the operands' containers need not live on
            _operandLengths = null;
            _unfinished?.Decrement();
            return result;
        }
    }
}
