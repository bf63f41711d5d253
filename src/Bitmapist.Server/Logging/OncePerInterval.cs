namespace Bitmapist.Server.Logging;

/// <summary>
/// Lets something happen at most once in an interval: a line in the log about what may fail a thousand times a second.
/// Thread-safe.
/// </summary>
internal sealed class OncePerInterval(TimeSpan interval, TimeProvider time)
{
    private readonly Lock _gate = new();
    private long? _last;

    /// <summary>Whether it may happen now; then not again before the interval is over.</summary>
    public bool IsDue()
    {
        lock (_gate)
        {
            if (_last is { } last && time.GetElapsedTime(last) < interval) return false;
            _last = time.GetTimestamp();
            return true;
        }
    }
}
