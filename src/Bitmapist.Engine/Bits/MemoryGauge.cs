namespace Bitmapist.Engine.Bits;

/// <summary>
/// About how many bytes resident keys occupy: measured by every sweep of the hot set, and added to in between by those
/// who bring something in. Thread-safe.
/// </summary>
internal sealed class MemoryGauge
{
    private const int PlaceShare = 8;

    private long _bytes;
    private long _addedSinceLook;
    private Func<long>? _budgetBytes;
    private Func<bool>? _isFull;
    private Action? _whenFull;

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>After so many bytes more a look at the budget is worth it.</summary>
    public long LookBytes { get; set; } = 1 << 20;

    /// <summary>
    /// Whether so many bytes, asked for together, are worth the others that would leave for them: up to an eighth of
    /// the budget.
    /// </summary>
    public bool HasPlaceFor(long bytes)
    {
        long budget = _budgetBytes?.Invoke() ?? 0;
        return budget == 0 || bytes <= budget / PlaceShare;
    }

    /// <summary>
    /// Sets how many bytes there should be (0: any number), and what is called when there come to be too many. Once,
    /// before anybody adds.
    /// </summary>
    public void WhenFull(Func<long> budgetBytes, Func<bool> isFull, Action call)
    {
        _budgetBytes = budgetBytes;
        _whenFull = call;
        _isFull = isFull;
    }

    public void Add(long bytes)
    {
        Interlocked.Add(ref _bytes, bytes);
        if (_isFull is null || Interlocked.Add(ref _addedSinceLook, bytes) < LookBytes) return;
        Volatile.Write(ref _addedSinceLook, 0);
        if (_isFull()) _whenFull!();
    }

    /// <summary>Replaces an estimate by what was measured; what was added meanwhile still counts.</summary>
    public void Correct(long estimated, long measured) => Interlocked.Add(ref _bytes, measured - estimated);
}
