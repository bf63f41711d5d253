using System.Net;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Transport;

/// <summary>Logs that a listening socket pauses, once a minute at most: a shortage lasts. One thread at a time.</summary>
internal sealed class PauseReport(ILogger logger, EndPoint endPoint)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);
    private long _nextAtMs = long.MinValue;

    public void Note(string reason)
    {
        long nowMs = Environment.TickCount64;
        if (nowMs < _nextAtMs) return;
        _nextAtMs = nowMs + (long)s_interval.TotalMilliseconds;
        Log.AcceptPaused(logger, endPoint, reason);
    }
}
