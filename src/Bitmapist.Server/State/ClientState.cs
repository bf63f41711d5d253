using System.Net;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Resp.Writing;

namespace Bitmapist.Server.State;

/// <summary>
/// What one client is to commands and to INFO: its session, its names, its figures. The connection that serves it
/// derives from this. Used by one thread at a time; other threads only read what INFO and CLIENT LIST show, and call
/// what says so.
/// </summary>
/// <param name="id">Unlike that of any other client.</param>
/// <param name="server">What it is a client of.</param>
internal abstract class ClientState(long id, ServerState server)
{
    public long Id => id;

    public Session Session { get; } = new(server.Store);

    public ClientCounters Counters { get; } = new(server.CommandCount);

    public EndPoint? RemoteEndPoint { get; init; }

    public EndPoint? LocalEndPoint { get; init; }

    public long ConnectedAtMs { get; } = Environment.TickCount64;

    public long LastActiveAtMs { get; protected set; } = Environment.TickCount64;

    /// <summary>What CLIENT SETNAME gave.</summary>
    public string Name { get; set; } = "";

    /// <summary>What CLIENT SETINFO gave.</summary>
    public string LibraryName { get; set; } = "";

    public string LibraryVersion { get; set; } = "";

    public RespVersion Version { get; set; } = RespVersion.Resp2;

    /// <summary>Close once the replies so far are sent.</summary>
    public bool IsClosing { get; set; }

    /// <summary>The full name of the last command that was found and well-formed; null: none was.</summary>
    public abstract string? LastCommandName { get; }

    /// <summary>Commands queued since MULTI; -1 outside a transaction.</summary>
    public abstract int QueuedCommands { get; }

    public abstract long BufferedRequestBytes { get; }

    public abstract long QueuedReplyBytes { get; }

    /// <summary>Bytes of the transaction being queued, and of the names of watched keys.</summary>
    public abstract long TransactionBytes { get; }

    /// <summary>Bytes that the client makes the server hold, about. From any thread.</summary>
    public abstract long HeldBytes { get; }

    /// <summary>Whether it was cut off in the middle.</summary>
    public abstract bool IsCutOff { get; }

    /// <summary>Closes the connection once what is running has been answered. From any thread.</summary>
    public abstract void RequestClose();

    /// <summary>
    /// Closes the connection at once and drops what waits for it; a command that runs takes effect all the same. From
    /// any thread.
    /// </summary>
    /// <returns>False when that was done before.</returns>
    public abstract bool CutOff();
}
