using Bitmapist.Server.Connections;

namespace Bitmapist.Server;

/// <summary>
/// What INFO counts, since the start or CONFIG RESETSTAT. The counters themselves never go back, because each belongs
/// to the thread that counts; resetting remembers where they stood. Thread-safe.
/// </summary>
internal sealed class ServerStatistics(ServerState server)
{
    private const long RateWindowMs = 1000;
    private readonly Lock _gate = new();
    private ServerCounts _atReset = new();
    private ServerCounts _atSample = new();
    private long _sampledAtMs = Environment.TickCount64;
    private TrafficRates _rates;

    /// <summary>Counts since the start or the last reset.</summary>
    public ServerCounts SinceReset()
    {
        lock (_gate)
        {
            ServerCounts counts = Read();
            counts.Subtract(_atReset);
            return counts;
        }
    }

    /// <summary>
    /// Traffic since this was last asked, a second ago or longer: whoever polls gets the mean of the time between
    /// polls, and nobody pays for sampling while nobody asks.
    /// </summary>
    public TrafficRates Rates()
    {
        lock (_gate)
        {
            long now = Environment.TickCount64;
            long elapsedMs = now - _sampledAtMs;
            if (elapsedMs < RateWindowMs) return _rates;
            ServerCounts counts = Read();
            _rates = new TrafficRates(
                (counts.Calls - _atSample.Calls) * 1000 / elapsedMs,
                (counts.Clients.InputBytes - _atSample.Clients.InputBytes) / 1.024 / elapsedMs,
                (counts.Clients.OutputBytes - _atSample.Clients.OutputBytes) / 1.024 / elapsedMs);
            _atSample = counts;
            _sampledAtMs = now;
            return _rates;
        }
    }

    /// <summary>Makes every count start again.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _atReset = Read();
            server.ForgetErrors();
        }
    }

    private ServerCounts Read() => new()
    {
        Clients = server.Clients.Sum(),
        Accepted = server.Clients.Accepted,
        Rejected = server.Clients.Rejected,
        CutOff = server.ClientMemory.CutOff,
        Keyspace = server.Store.Statistics(),
    };
}
