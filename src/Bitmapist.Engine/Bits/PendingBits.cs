using Bitmapist.Roaring;

namespace Bitmapist.Engine.Bits;

/// <summary>
/// One-bits that may not be at hand yet: the result of a bit operation over frozen operands, or bits that lie in the
/// database file. The first thread that needs them computes or reads them, outside every shard lock. They are a value
/// that is already decided: BITOP takes effect when its operands are frozen, not when the work is done. Thread-safe.
/// </summary>
public sealed class PendingBits
{
    private readonly Lock? _computing;
    private PendingSource? _source;
    private volatile FrozenBitmap? _result;

    private PendingBits(FrozenBitmap result) => _result = result;

    private PendingBits(PendingSource source)
    {
        _source = source;
        _computing = new Lock();
    }

    /// <summary>The bits are at hand.</summary>
    public bool IsReady => _result is not null;

    /// <summary>Chunks to visit, an estimate from above for what is not at hand.</summary>
    public long Cost => _result is { } result ? result.ChunkCount : _source?.Cost ?? 0;

    /// <summary>
    /// <see cref="Cost"/> in parts of a chunk, for sums over many small values: a few ids are far from a chunk's work.
    /// </summary>
    internal long FineCost => _result is { } result
        ? Math.Min(result.Cardinality, result.ChunkCount * Costs.FineUnits)
        : Cost * Costs.FineUnits;

    /// <summary>The bits, when they are at hand; else null.</summary>
    internal FrozenBitmap? ReadyBits => _result;

    /// <summary>Bytes the bits occupy in memory, an estimate from above for what is not at hand.</summary>
    internal long MemoryBytes => _result is { } result ? result.MemoryBytes : _source?.MemoryBytes ?? 0;

    /// <summary>Unfinished operations below this one, itself included.</summary>
    internal int Depth => IsReady ? 0 : _source?.Depth ?? 0;

    /// <summary>Where the bits lie in the database file, while they are not at hand; else null.</summary>
    internal StoredBits? Stored => IsReady ? null : _source as StoredBits;

    /// <summary>Bits that are at hand.</summary>
    public static PendingBits Ready(FrozenBitmap bits) => new(bits);

    /// <summary>Bits still to be made.</summary>
    internal static PendingBits From(PendingSource source) => new(source);

    /// <summary>The bits; the first caller computes them, others wait for it. O(operands) then, O(1) later.</summary>
    /// <exception cref="DiskReadException">They lie in the database file and cannot be read; the next caller tries
    /// again.</exception>
    public FrozenBitmap Force()
    {
        if (_result is { } ready) return ready;
        lock (_computing!)
        {
            if (_result is { } done) return done;
            FrozenBitmap result = _source!.Compute();
            _result = result;
            _source = null; // the operands' containers need not live on
            return result;
        }
    }

    /// <summary>The key that had this value has another one: nobody waits for it to be computed.</summary>
    internal void Abandon() => (_source as OperationSource)?.CountOut();

    /// <summary>Whether a bit is set; reads one container where the bits lie in the database file.</summary>
    /// <exception cref="DiskReadException">They cannot be read.</exception>
    public bool Contains(uint offset) =>
        (IsReady ? null : _source?.TryContains(offset)) ?? Force().Contains(offset);

    /// <summary>How many bits are set; O(1) for what lies in the database file.</summary>
    public long Count() => Stored?.Cardinality ?? Force().Cardinality;
}

/// <summary>What <see cref="PendingBits"/> are made from when somebody needs them. Immutable; any thread.</summary>
internal abstract class PendingSource
{
    /// <summary>Chunks to visit, an estimate from above.</summary>
    public abstract long Cost { get; }

    /// <summary>Bytes that the bits will occupy in memory, an estimate from above.</summary>
    public abstract long MemoryBytes { get; }

    /// <summary>Unfinished operations below this one, itself included; 0 for what is no operation.</summary>
    public virtual int Depth => 0;

    /// <summary>The bits. Called once, but for a call that threw.</summary>
    public abstract FrozenBitmap Compute();

    /// <summary>Whether a bit is set, when that can be told for less than computing the bits; else null.</summary>
    public virtual bool? TryContains(uint offset) => null;
}
