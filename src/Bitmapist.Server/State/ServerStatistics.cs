using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Server.State;

/// <summary>
/// What INFO counts, since the start or CONFIG RESETSTAT. The counters themselves never go back, because each belongs
/// to the thread that counts; resetting remembers their values. Thread-safe.
/// </summary>
internal sealed class ServerStatistics(ServerState server)
{
    private const long RateWindowMs = 1000;
    private readonly Lock _gate = new();
    private ServerCounts _atReset = new() { Clients = new ClientCounters(server.CommandCount) };
    private ServerCounts _atSample = new() { Clients = new ClientCounters(server.CommandCount) };
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
    /// Traffic since this was last asked, a second ago or longer: a client that polls gets the mean of the time between
    /// polls, and while none does nothing is sampled.
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
            server.Access.Log.ResetCounts();
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

/// <summary>Counts of everything at one time, or between two.</summary>
internal sealed class ServerCounts
{
    /// <summary>What the clients did.</summary>
    public required ClientCounters Clients { get; init; }

    /// <summary>Connections accepted, those refused for their number not included.</summary>
    public long Accepted { get; set; }

    /// <summary>Connections refused because there were too many.</summary>
    public long Rejected { get; set; }

    /// <summary>Clients cut off because they made the server hold too much.</summary>
    public long CutOff { get; set; }

    public KeyspaceStatistics Keyspace { get; set; }

    /// <summary>Commands run.</summary>
    public long Calls => Clients.TotalCalls;

    /// <summary>Leaves what came after <paramref name="earlier"/>.</summary>
    public void Subtract(ServerCounts earlier)
    {
        Clients.Subtract(earlier.Clients);
        Accepted -= earlier.Accepted;
        Rejected -= earlier.Rejected;
        CutOff -= earlier.CutOff;
        Keyspace = new KeyspaceStatistics(
            Keyspace.Hits - earlier.Keyspace.Hits,
            Keyspace.Misses - earlier.Keyspace.Misses,
            Keyspace.Expired - earlier.Keyspace.Expired);
    }
}

/// <summary>Traffic of late.</summary>
/// <param name="CallsPerSecond">Commands run.</param>
/// <param name="InputKiBPerSecond">Requests received.</param>
/// <param name="OutputKiBPerSecond">Replies sent.</param>
internal readonly record struct TrafficRates(long CallsPerSecond, double InputKiBPerSecond, double OutputKiBPerSecond);
