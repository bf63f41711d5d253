using Bitmapist.Engine.Keyspace;

namespace Bitmapist.Server.State;

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
    public long Calls => Clients.Calls.Sum();

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
