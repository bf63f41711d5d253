namespace Bitmapist.Server.State;

/// <summary>CLIENT PAUSE: for how long commands, or those that write, wait before they run. Thread-safe.</summary>
internal sealed class PauseGate
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = NewSource();
    private long _endsAtMs; // ticks of the system
    private bool _isForAll;
    private int _waiting;
    private volatile bool _isActive;

    /// <summary>Whether something may be paused; a look that costs a command nothing else.</summary>
    public bool IsActive => _isActive;

    /// <summary>Clients whose command waits.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Pauses, or makes a pause longer and stricter.</summary>
    public void Begin(long milliseconds, bool isForAll)
    {
        lock (_gate)
        {
            long now = Environment.TickCount64;
            bool goesOn = _isActive && _endsAtMs > now;
            long endsAtMs = milliseconds > long.MaxValue - now ? long.MaxValue : now + milliseconds;
            _endsAtMs = goesOn ? Math.Max(_endsAtMs, endsAtMs) : endsAtMs;
            _isForAll = isForAll || (goesOn && _isForAll);
            _isActive = true;
        }
    }

    /// <summary>Ends the pause.</summary>
    public void End()
    {
        lock (_gate)
        {
            _isActive = false;
            _changed.TrySetResult();
            _changed = NewSource();
        }
    }

    /// <summary>Whether a command has to wait now.</summary>
    public bool Stops(bool isWrite)
    {
        lock (_gate)
        {
            if (!_isActive) return false;
            if (_endsAtMs > Environment.TickCount64) return isWrite || _isForAll;
            _isActive = false;
            return false;
        }
    }

    /// <summary>
    /// Waits until the pause is over or may be, or <paramref name="wake"/> completes; ask <see cref="Stops"/> again.
    /// </summary>
    public async Task WaitAsync(Task wake)
    {
        Task changed;
        long leftMs;
        lock (_gate)
        {
            changed = _changed.Task;
            leftMs = Math.Clamp(_endsAtMs - Environment.TickCount64 + 1, 1, int.MaxValue);
        }

        Interlocked.Increment(ref _waiting);
        try
        {
            await Task.WhenAny(changed, wake).WaitAsync(TimeSpan.FromMilliseconds(leftMs)).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The pause is over.
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
