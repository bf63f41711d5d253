using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Saving;
using Bitmapist.Engine.Verbs;
using Bitmapist.Server.Commands;
using Bitmapist.Server.Commands.Admin;
using Bitmapist.Server.Dispatch;
using Bitmapist.Server.State;

namespace Bitmapist.Http.Metrics;

/// <summary>
/// What several metrics are read from, gathered once for a scrape: the same counters that INFO shows. O(connections +
/// shards × databases); nothing is in proportion to keys, and no shard is held for longer than INFO holds it.
/// </summary>
internal sealed class Reading
{
    /// <param name="server">What is read.</param>
    /// <param name="session">One of the reader's own.</param>
    public Reading(ServerState server, Session session)
    {
        Server = server;
        Counts = server.Statistics.SinceReset();
        Keyspace = server.Store.Statistics();
        Databases = session.CountAsStored();
        Memory = MemoryFigures.Read();
        foreach (ClientState client in server.Clients.InOrder)
        {
            ClientBytes += client.HeldBytes;
            if (client.IsBlocked) Blocked++;
        }
    }

    public ServerState Server { get; }

    /// <summary>Log and database file; null: there are none.</summary>
    public PersistentKeyspace? Persistence => Server.Persistence;

    /// <summary>What was done since the start or CONFIG RESETSTAT.</summary>
    public ServerCounts Counts { get; }

    /// <summary>The hot set since the start.</summary>
    public KeyspaceStatistics Keyspace { get; }

    /// <summary>Databases that hold keys.</summary>
    public IReadOnlyList<DatabaseCounts> Databases { get; }

    public MemoryFigures Memory { get; }

    /// <summary>Bytes that clients make the server hold.</summary>
    public long ClientBytes { get; }

    /// <summary>Clients that wait in the middle of a command.</summary>
    public int Blocked { get; }

    /// <summary>A figure of each command that was called or refused.</summary>
    public IEnumerable<(string Label, double Value)> ByCommand(Func<CommandCounts, double> figure)
    {
        foreach (CommandSpec spec in CommandList.Table.ByIndex)
        {
            CommandCounts counts = Counts.Clients[spec.Index];
            if (counts.Calls > 0 || counts.Rejections > 0) yield return (spec.FullName, figure(counts));
        }
    }
}
