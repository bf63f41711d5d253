using Bitmapist.Roaring;

namespace Bitmapist.Engine.Bits;

/// <summary>
/// One-bits that may not be at hand yet: the result of a bit operation over frozen operands, or bits that lie in the
/// database file. The first thread that needs them computes or reads them, outside every shard lock. They are a value
/// that is already decided: BITOP takes effect when its operands are frozen, not when the work is done. Thread-safe.
/// </summary>
public sealed class PendingBits
{
    private const long Unknown = -1;

    private readonly Lock? _computing;
    private PendingSource? _source;
    private Task? _elsewhere; // computes, or reads, on the pool
    private long _cardinality = Unknown; // told by the source; threads racing store the same
    private volatile FrozenBitmap? _result;

    private PendingBits(FrozenBitmap result) => _result = result;

    private PendingBits(PendingSource source)
    {
        _source = source;
        _computing = new Lock();
    }

    /// <summary>The bits are at hand.</summary>
    public bool IsReady => _result is not null;

    /// <summary>Chunks to visit to have the bits, an estimate from above for what is not at hand.</summary>
    public long Cost => _result is { } result ? result.ChunkCount : Source?.Cost ?? 0;

    /// <summary>The work of <see cref="Count"/>, in the unit of <see cref="Cost"/>.</summary>
    public long CountCost => IsReady || Volatile.Read(ref _cardinality) != Unknown ? 0 : Source?.CountCost ?? 0;

    /// <summary>
    /// <see cref="Cost"/> in parts of a chunk, for sums over many small values: a few ids are far from a chunk's work.
    /// </summary>
    internal long FineCost => _result is { } result
        ? Math.Min(result.Cardinality, result.ChunkCount * Costs.FineUnits)
        : Cost * Costs.FineUnits;

    /// <summary>The bits, when they are at hand; else null.</summary>
    internal FrozenBitmap? ReadyBits => _result;

    /// <summary>Bytes the bits occupy, or what says how to make them.</summary>
    internal long MemoryBytes => _result is { } result ? result.MemoryBytes : Source?.OwnBytes ?? 0;

    /// <summary>Unfinished operations below this one, itself included.</summary>
    internal int Depth => IsReady ? 0 : Source?.Depth ?? 0;

    /// <summary>Making the bits ready is too much while shards are held.</summary>
    internal bool IsLong => !IsReady && (Source?.IsLong ?? false);

    /// <summary>Where the bits lie in the database file, while they are not at hand; else null.</summary>
    internal StoredBits? Stored => IsReady ? null : Source as StoredBits;

    /// <summary>The operation that is still to be computed; else null.</summary>
    internal OperationSource? Operation => IsReady ? null : Source as OperationSource;

    private PendingSource? Source => Volatile.Read(ref _source);

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
            Volatile.Write(ref _source, null); // the operands' containers need not live on
            return result;
        }
    }

    /// <summary>
    /// Has the bits made on one of these threads, once for all callers, so that none of them holds a thread to wait.
    /// When it ends they are at hand, unless they could not be read: then <see cref="Force"/> says why.
    /// </summary>
    public Task MakeReadyAsync(BackgroundThreads threads)
    {
        if (IsReady) return Task.CompletedTask;
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Interlocked.CompareExchange(ref _elsewhere, mine.Task, null) is { } others) return others;
        _ = MakeReadyAsync(mine, threads);
        return mine.Task;
    }

    /// <summary>
    /// Has operands that are operations themselves made ready, as <see cref="Count"/> needs; null: there is none.
    /// </summary>
    public Task? PrepareCountAsync(BackgroundThreads threads) =>
        Operation is { Depth: > 1 } operation ? operation.MakeOperandsReadyAsync(threads) : null;

    /// <summary>The same for <see cref="Force"/>; null: the bits are at hand.</summary>
    public Task? PrepareAsync(BackgroundThreads threads) => IsReady ? null : MakeReadyAsync(threads);

    /// <summary>
    /// The bits for one use: those of an operation are computed and not kept. A save that kept them would have all
    /// results in memory that nothing asked for.
    /// </summary>
    /// <exception cref="DiskReadException">They cannot be read.</exception>
    internal FrozenBitmap ForceOnce() => Operation?.Make() ?? Force();

    private async Task MakeReadyAsync(TaskCompletionSource done, BackgroundThreads threads)
    {
        try
        {
            if (PrepareCountAsync(threads) is { } operands) await operands.ConfigureAwait(false);
            await threads.RunAsync(() => Force()).ConfigureAwait(false);
        }
        catch (DiskReadException)
        {
            // The caller that needs them tries again, and is told.
        }
        finally
        {
            Volatile.Write(ref _elsewhere, null);
            done.SetResult();
        }
    }

    /// <summary>Whether a bit is set; reads one container where the bits lie in the database file.</summary>
    /// <exception cref="DiskReadException">They cannot be read.</exception>
    public bool Contains(uint offset) =>
        TryContainsAtOnce(offset) ?? (IsReady ? null : Source?.TryContains(offset)) ?? Force().Contains(offset);

    /// <summary>How many bits are set; O(1) for what lies in the database file.</summary>
    /// <exception cref="DiskReadException">They cannot be read.</exception>
    public long Count()
    {
        if (_result is { } ready) return ready.Cardinality;
        if (Volatile.Read(ref _cardinality) is not Unknown and var known) return known;
        if (Source?.TryCount() is not { } count) return Force().Cardinality;
        Volatile.Write(ref _cardinality, count);
        return count;
    }

    /// <summary>How many bits are set, when that is known; else null. O(1).</summary>
    internal long? TryCountAtOnce()
    {
        if (_result is { } ready) return ready.Cardinality;
        if (Volatile.Read(ref _cardinality) is not Unknown and var known) return known;
        return Stored?.Cardinality;
    }

    /// <summary>
    /// Whether a bit is set, when that can be told in a moment and without reading: a shard may be held. Else null.
    /// </summary>
    internal bool? TryContainsAtOnce(uint offset) =>
        _result is { } ready ? ready.Contains(offset) : Source?.TryContainsAtOnce(offset);
}

/// <summary>What <see cref="PendingBits"/> are made from when somebody needs them. Immutable; any thread.</summary>
internal abstract class PendingSource
{
    /// <summary>Chunks to visit, an estimate from above.</summary>
    public abstract long Cost { get; }

    /// <summary>The work of <see cref="TryCount"/>, in the same unit.</summary>
    public abstract long CountCost { get; }

    /// <summary>Bytes of memory that it takes itself.</summary>
    public virtual long OwnBytes => 0;

    /// <summary>Making the bits is too much while shards are held.</summary>
    public virtual bool IsLong => Cost > Costs.ShortRead;

    /// <summary>Unfinished operations below this one, itself included; 0 for what is no operation.</summary>
    public virtual int Depth => 0;

    /// <summary>The bits. Called once, but for a call that threw.</summary>
    public abstract FrozenBitmap Compute();

    /// <summary>How many bits there are, when that can be told for less than computing them; else null.</summary>
    public abstract long? TryCount();

    /// <summary>Whether a bit is set, when that can be told for less than computing the bits; else null.</summary>
    public virtual bool? TryContains(uint offset) => null;

    /// <summary>The same in a moment and without reading anything.</summary>
    public virtual bool? TryContainsAtOnce(uint offset) => null;
}
