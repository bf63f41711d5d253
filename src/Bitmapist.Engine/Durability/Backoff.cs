namespace Bitmapist.Engine.Durability;

/// <summary>When something that fails may be tried again: after twice the time each time, up to a bound.</summary>
internal sealed class Backoff(TimeProvider time, TimeSpan first, TimeSpan longest)
{
    private TimeSpan? _wait; // null: nothing has failed
    private long _triedAt;

    /// <summary>Whether it may be tried now.</summary>
    public bool IsOver => _wait is not { } wait || time.GetElapsedTime(_triedAt) >= wait;

    /// <summary>It is tried now, and may fail.</summary>
    public void Tried()
    {
        _wait = _wait is not { } wait ? first : wait + wait < longest ? wait + wait : longest;
        _triedAt = time.GetTimestamp();
    }

    /// <summary>All is well: the next attempt need not wait.</summary>
    public void Reset() => _wait = null;
}
