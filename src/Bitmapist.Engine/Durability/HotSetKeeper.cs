using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Engine.Durability;

/// <summary>
/// Runs the sweeps of the hot set in the background: every second, or as soon as there is too much; and has a save
/// begin when what is too much is dirty. Thread-safe.
/// </summary>
internal sealed class HotSetKeeper : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    // Sweeps may take this share of the time, unless memory is short.
    private const int RestPerSweep = 20;

    private readonly Func<bool> _startSave;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _asked = new(0, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private TaskCompletionSource _swept = NewSource();

    public HotSetKeeper(KeyspaceStore store, HotSet hotSet, Func<bool> startSave, TimeProvider time)
    {
        HotSet = hotSet;
        _startSave = startSave;
        _time = time;
        store.Memory.WhenFull(() => hotSet.IsOverBudget, Ask);
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
    /// Completes once the next sweep is done, or after a tenth of a second: how writers that outrun the saves wait.
    /// </summary>
    public async Task WaitForSweepAsync()
    {
        Task swept = Volatile.Read(ref _swept).Task;
        Ask();
        await Task.WhenAny(swept, Task.Delay(TimeSpan.FromMilliseconds(100), _time)).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        HotSet.Dispose();
        _stopping.Dispose();
        _asked.Dispose();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync()
    {
        TimeSpan rest = s_interval;
        while (await IsAskedOrRestedAsync(rest).ConfigureAwait(false))
        {
            TimeSpan took = await Task.Run(HotSet.Sweep).ConfigureAwait(false);
            Interlocked.Exchange(ref _swept, NewSource()).TrySetResult();
            rest = took * RestPerSweep > s_interval ? took * RestPerSweep : s_interval;
            // A save asks for the next sweep when it is done. What a save cannot help is not worth one.
            if (HotSet.IsOverBudget && HotSet.DirtyBytes > HotSet.BudgetBytes / 8) _startSave();
        }
    }

    private async Task<bool> IsAskedOrRestedAsync(TimeSpan rest)
    {
        // The wait ends by the clock of the machine: a clock that stands still in a test must not stop the sweeps.
        try
        {
            await _asked.WaitAsync(rest, _stopping.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
