namespace Bitmapist.Server.Timing;

/// <summary>A time that was too long.</summary>
internal readonly record struct LatencySample(long UnixSeconds, long Milliseconds);

/// <summary>What took too long of one kind: the latest samples, a second at most once, and the worst ever.</summary>
internal sealed class LatencyEvent
{
    private const int SamplesMax = 160; // Redis's LATENCY_TS_LEN
    private readonly List<LatencySample> _samples = [];

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<LatencySample> Samples => _samples;

    /// <summary>Milliseconds of the worst, one that is among the samples no more included.</summary>
    public long Worst { get; private set; }

    public void Add(LatencySample sample)
    {
        Worst = Math.Max(Worst, sample.Milliseconds);
        if (_samples.Count > 0 && _samples[^1].UnixSeconds == sample.UnixSeconds)
        {
            if (sample.Milliseconds > _samples[^1].Milliseconds) _samples[^1] = sample;
            return;
        }

        if (_samples.Count == SamplesMax) _samples.RemoveAt(0);
        _samples.Add(sample);
    }
}

/// <summary>
/// What took longer than latency-monitor-threshold, by kind (redis.io/topics/latency-monitor). Here the kinds are
/// "command" and "fast-command". Thread-safe.
/// </summary>
internal sealed class LatencyMonitor
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, LatencyEvent> _events = new(StringComparer.Ordinal);
    private long _threshold;

    /// <summary>Milliseconds from which on something is noted; 0: nothing is.</summary>
    public long ThresholdMs
    {
        get => Volatile.Read(ref _threshold);
        set => Volatile.Write(ref _threshold, value);
    }

    /// <summary>Notes a time, if it is too long.</summary>
    public void Add(string kind, long unixSeconds, long milliseconds)
    {
        if (ThresholdMs == 0 || milliseconds < ThresholdMs) return;
        lock (_gate)
        {
            if (!_events.TryGetValue(kind, out LatencyEvent? latency)) _events.Add(kind, latency = new LatencyEvent());
            latency.Add(new LatencySample(unixSeconds, milliseconds));
        }
    }

    /// <summary>The kinds there are, with their latest sample and their worst.</summary>
    public List<(string Kind, LatencySample Latest, long Worst)> Latest()
    {
        lock (_gate) return [.. _events.Select(pair => (pair.Key, pair.Value.Samples[^1], pair.Value.Worst))];
    }

    /// <summary>The samples of a kind, oldest first, and the worst; null when there are none.</summary>
    public (List<LatencySample> Samples, long Worst)? Find(string kind)
    {
        lock (_gate)
            return _events.TryGetValue(kind, out LatencyEvent? found) ? ([.. found.Samples], found.Worst) : null;
    }

    /// <summary>Forgets the kinds given, or all.</summary>
    /// <returns>How many there were.</returns>
    public int Clear(IReadOnlyCollection<string> kinds)
    {
        lock (_gate)
        {
            int cleared = kinds.Count == 0 ? _events.Count : kinds.Count(_events.Remove);
            if (kinds.Count == 0) _events.Clear();
            return cleared;
        }
    }
}
