using Bitmapist.Server.Logging;
using Bitmapist.Server.Settings;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Server.Upkeep;

/// <summary>
/// Gives memory back to the system when a load is over. The collector keeps what the load needed, since the next may
/// need it, and where nothing is allocated it does not look again: so it is asked once the server has been quiet for
/// some seconds after having allocated much or having evicted bitmaps; and a second time when pooled arrays are old
/// enough to be dropped.
/// </summary>
internal sealed class IdleCollector : IAsyncDisposable
{
    /// <summary>A second in which less is allocated is a quiet one: INFO asked for now and then, sweeps.</summary>
    internal const long QuietBytes = 1 << 20;

    /// <summary>What an idle server receives in a second: a dashboard's commands, a health check's.</summary>
    internal const int IdleBytes = 2048;

    /// <summary>Quiet seconds after which memory is given back; idle ones before a pause is risked for it.</summary>
    internal const int QuietSeconds = 5;

    /// <summary>Quiet seconds after which what pools kept is given back; they keep arrays for a minute.</summary>
    internal const int PoolSeconds = 90;

    /// <summary>Bytes allocated, or evicted, that make a collection worth its pause.</summary>
    internal const long WorthBytes = 16 << 20;

    /// <summary>Up to here a pause for all of the heap is some hundred milliseconds at most, which no client
    /// is there to notice.</summary>
    internal const long BlockingBytesMax = 256 << 20;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly IHeap _heap;
    private readonly ILogger _logger;
    private readonly PeriodicTimer _timer;
    private readonly OncePerInterval _failureLine;
    private readonly Task _running;
    private long _allocated;
    private long _allocatedAtCollection;
    private long _residentAtCollection;
    private long _received;
    private int _quietSeconds;
    private int _idleSeconds;
    private int _restSeconds; // until what is left is looked at
    private bool _isRestLeft; // a background collection returns little to the system
    private bool _hasCollected; // in this quiet time

    /// <param name="heap">What is looked at, and asked to collect.</param>
    /// <param name="time">The clock that looks go by.</param>
    /// <param name="logger">Told of what fails.</param>
    public IdleCollector(IHeap heap, TimeProvider time, ILogger logger)
    {
        _heap = heap;
        _logger = logger;
        _timer = new PeriodicTimer(s_interval, time);
        _failureLine = new OncePerInterval(ServerLimits.RepeatedLogInterval, time);
        _running = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _running.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        while (await _timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            try
            {
                Look();
            }
            catch (Exception failure) // whatever it is, the next second looks again
            {
                if (_failureLine.IsDue())
                    Log.BackgroundWorkFailed(_logger, "giving memory back", failure.Message, failure);
            }
        }
    }

    /// <summary>What happens every second; not beside itself.</summary>
    internal void Look()
    {
        long allocated = _heap.AllocatedBytes, received = _heap.ReceivedBytes;
        bool isQuiet = allocated - _allocated < QuietBytes;
        bool isIdle = isQuiet && received - _received <= IdleBytes;
        (_allocated, _received) = (allocated, received);
        _quietSeconds = isQuiet ? _quietSeconds + 1 : 0;
        _idleSeconds = isIdle ? _idleSeconds + 1 : 0;
        _hasCollected &= isQuiet;
        if (IsDue(allocated)) Collect();
    }

    private bool IsDue(long allocated)
    {
        if (_quietSeconds < QuietSeconds) return false;
        bool mayBlock = MayBlock();
        // What the background collection left, once no client is kept waiting for it.
        if (_isRestLeft && mayBlock && --_restSeconds <= 0) return true;
        if (_hasCollected && _quietSeconds == PoolSeconds) return true;
        if (_residentAtCollection - _heap.ResidentBytes >= WorthBytes) return true;
        return allocated - _allocatedAtCollection >= WorthBytes && (mayBlock || !_hasCollected);
    }

    private bool MayBlock() => _idleSeconds >= QuietSeconds && _heap.HeapBytes <= BlockingBytesMax;

    private void Collect()
    {
        bool isBlocking = MayBlock();
        _heap.Collect(isBlocking);
        _isRestLeft = !isBlocking;
        _restSeconds = QuietSeconds;
        _hasCollected = true;
        _allocated = _allocatedAtCollection = _heap.AllocatedBytes;
        _residentAtCollection = _heap.ResidentBytes;
    }
}
