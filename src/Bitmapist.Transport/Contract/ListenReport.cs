using System.Net;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Transport.Contract;

/// <summary>
/// Logs what a listening socket suffers, each kind once a minute at most: a shortage lasts, and clients that come and
/// go at once may do so a thousand times a second. Thread-safe.
/// </summary>
internal sealed class ListenReport(ILogger logger, EndPoint endPoint)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);
    private long _nextPauseAtMs = long.MinValue;
    private long _nextLossAtMs = long.MinValue;

    /// <summary>Nothing is accepted for a moment.</summary>
    public void Paused(string reason)
    {
        if (IsDue(ref _nextPauseAtMs)) Log.AcceptPaused(logger, endPoint, reason);
    }

    /// <summary>A connection was accepted and could not be served.</summary>
    public void Lost(string reason)
    {
        if (IsDue(ref _nextLossAtMs)) Log.ConnectionLost(logger, endPoint, reason);
    }

    private static bool IsDue(ref long nextAtMs)
    {
        long nowMs = Environment.TickCount64;
        long atMs = Volatile.Read(ref nextAtMs);
        return nowMs >= atMs
            && Interlocked.CompareExchange(ref nextAtMs, nowMs + (long)s_interval.TotalMilliseconds, atMs) == atMs;
    }
}
