using Bitmapist.Engine.Bits;

namespace Bitmapist.Engine.Upkeep;

/// <summary>
/// Runs the sweeps of the hot set in the background: every second, or soon after there came to be too much; and has a
/// save begin when what is too much is unsaved. Thread-safe.
/// </summary>
internal sealed class HotSetKeeper : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_intervalWhileFull = TimeSpan.FromMilliseconds(200); // of garbage, not of bitmaps
    private static readonly TimeSpan s_intervalMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_intervalMin = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_wait = TimeSpan.FromMilliseconds(10);

    private const int RestPerSweep = 20; // of its time: how little sweeps and collections take; the former unless
                                         // memory is short
    private const int WaitsMax = 10;
    private const int SlackShare = 16; // of the budget: so much more the heap may hold before it is looked at
    private const int OldShare = 8; // of the budget: so much may be evicted between collections of all
    private const long RuntimeBytes = 4L << 20; // what the heap may hold beside bitmaps and index

    private readonly Func<bool> _startSave;
    private readonly Func<bool> _hasSaveFailed;
    private readonly Action<Exception> _whenFailed;
    private readonly SemaphoreSlim _asked = new(0, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private bool _isHeapFull;
    private long _evictedAtCollection;
    private long _nextCollection;
    private long _nextCollectionOfAll;
    private long _saveStartedAt = -(long)s_retry.TotalMilliseconds;

    /// <param name="hotSet">What to keep.</param>
    /// <param name="memory">Tells when something was added.</param>
    /// <param name="startSave">Begins a save unless one is under way.</param>
    /// <param name="hasSaveFailed">Whether the last one failed: the next is then not begun at once.</param>
    /// <param name="whenFailed">Told of every turn that fails, whatever the reason; on a thread of the pool.</param>
    public HotSetKeeper(
        HotSet hotSet, MemoryGauge memory, Func<bool> startSave, Func<bool> hasSaveFailed, Action<Exception> whenFailed)
    {
        _whenFailed = whenFailed;
        HotSet = hotSet;
        _startSave = startSave;
        _hasSaveFailed = hasSaveFailed;
        memory.WhenFull(() => hotSet.BudgetBytes, () => hotSet.IsOverBudget, Ask);
        _running = RunAsync();
    }

    public HotSet HotSet { get; }

    /// <summary>Asks for a sweep soon: something was saved, or memory is short.</summary>
    public void Ask()
    {
        if (_asked.CurrentCount > 0) return;
        try
        {
            _asked.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else asked at the same time.
        }
    }

    /// <summary>
    /// Completes when there is room again, or after a tenth of a second: how writers that outrun the saves wait. By the
    /// machine's clock, as is everything here: what does not move is the clock that keys expire by, in tests.
    /// </summary>
    public async Task WaitForRoomAsync()
    {
        Ask();
        for (int i = 0; i < WaitsMax && HotSet.IsOverwhelmed; i++) await Task.Delay(s_wait).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        HotSet.Dispose();
        _stopping.Dispose(); // not the semaphore: a thread that adds something may still ask
    }

    private async Task RunAsync()
    {
        TimeSpan rest = s_interval;
        while (await RestAsync(rest).ConfigureAwait(false))
        {
            rest = await Task.Run(Look).ConfigureAwait(false) * RestPerSweep;
            TimeSpan least = _isHeapFull ? s_intervalWhileFull : s_interval;
            rest = rest < least ? least : rest > s_intervalMax ? s_intervalMax : rest;
        }
    }

    /// <summary>One turn; returns how long its sweep took.</summary>
    private TimeSpan Look()
    {
        try
        {
            TimeSpan took = HotSet.Sweep();
            if ((HotSet.IsOverBudget && HotSet.UnsavedBytes > HotSet.BudgetBytes / 8) || HotSet.HasToSaveOperations)
                StartSave();
            CollectWhatLeft();
            return took;
        }
        catch (Exception failure) // whatever it is, the next turn looks again
        {
            _whenFailed(failure);
            return TimeSpan.Zero;
        }
    }

    /// <summary>
    /// What was evicted is garbage, which the collector, knowing nothing of the budget, would let become many times as
    /// much: it is asked when the heap shows it. Mostly that is young, and collected in a few milliseconds; for what
    /// had grown old a collection runs in the background, whenever an eighth of the budget was evicted.
    /// </summary>
    private void CollectWhatLeft()
    {
        long budget = HotSet.BudgetBytes;
        if (budget == 0) return;
        long used = GC.GetTotalMemory(forceFullCollection: false);
        _isHeapFull = used >= budget + (budget / SlackShare) + RuntimeBytes;
        if (!_isHeapFull) return;
        long now = Environment.TickCount64;
        long evicted = HotSet.EvictedBytes;
        if (evicted - _evictedAtCollection >= budget / OldShare && now >= _nextCollectionOfAll)
        {
            _evictedAtCollection = evicted;
            _nextCollectionOfAll = now + (long)s_interval.TotalMilliseconds;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        }
        else if (now >= _nextCollection)
        {
            GC.Collect(generation: 1, GCCollectionMode.Forced, blocking: true);
            long after = Environment.TickCount64;
            _nextCollection = after + ((after - now + 1) * RestPerSweep);
        }
    }

    private void StartSave()
    {
        // A disk that is full stays so for a while, and each attempt costs.
        long now = Environment.TickCount64;
        if (_hasSaveFailed() && now - _saveStartedAt < s_retry.TotalMilliseconds) return;
        if (_startSave()) _saveStartedAt = now;
    }

    private async Task<bool> RestAsync(TimeSpan rest)
    {
        try
        {
            await Task.Delay(s_intervalMin, _stopping.Token).ConfigureAwait(false);
            await _asked.WaitAsync(rest, _stopping.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
