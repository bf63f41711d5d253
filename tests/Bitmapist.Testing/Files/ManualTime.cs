namespace Bitmapist.Testing.Files;

/// <summary>A clock that stands still until told; timers fire on the thread that advances it.</summary>
public sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    /// <summary>Called before each look at the clock; may throw. Null: nothing is.</summary>
    public Action? Looking { get; set; }

    /// <summary>What it says, for those who are no part of what is tested.</summary>
    public DateTimeOffset Now
    {
        get
        {
            lock (_gate) return _now;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        Looking?.Invoke();
        return Now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        lock (_gate) _timers.Add(timer);
        return timer;
    }

    /// <summary>Moves the clock and runs each timer that came due, once for every period passed.</summary>
    public void Advance(TimeSpan by)
    {
        List<Timer> due = [];
        lock (_gate)
        {
            _now += by;
            foreach (Timer timer in _timers)
            {
                while (timer.DueBy(_now)) due.Add(timer);
            }
        }

        foreach (Timer timer in due) timer.Fire();
    }

    private sealed class Timer(ManualTime clock, TimerCallback callback, object? state) : ITimer
    {
        private DateTimeOffset? _next;
        private TimeSpan _every;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _next = dueTime == Timeout.InfiniteTimeSpan ? null : clock.GetUtcNow() + dueTime;
            _every = period;
            return true;
        }

        public bool DueBy(DateTimeOffset time)
        {
            if (_next is null || _next > time) return false;
            _next = _every > TimeSpan.Zero ? _next + _every : null;
            return true;
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (clock._gate) clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
