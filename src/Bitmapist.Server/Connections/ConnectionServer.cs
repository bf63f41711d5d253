using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Bitmapist.Server.Logging;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;
using Bitmapist.Storage.Files;
using Bitmapist.Transport;
using Bitmapist.Transport.Contract;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Server.Connections;

/// <summary>
/// Serves accepted connections, each from its first byte until its socket is closed; knows nothing of what carries
/// them. Thread-safe.
/// </summary>
internal sealed class ConnectionServer(ServerState server, ILogger logger)
{
    private readonly OncePerInterval _commitLine = new(ServerLimits.RepeatedLogInterval, server.Time);

    /// <summary>Serves a connection that has a place; the place is given back when it is closed.</summary>
    public async Task ServeAsync(TransportConnection connection)
    {
        try
        {
            await using ConfiguredAsyncDisposable socket = connection.ConfigureAwait(false);
            await RunAsync(connection).ConfigureAwait(false);
        }
        finally
        {
            server.Clients.GivePlaceBack();
        }
    }

    private async Task RunAsync(TransportConnection connection)
    {
        using var client = new ClientConnection(
            server.Clients.NextId(), connection.Input, connection.Output, server, connection.Abort,
            connection.TryAtTurnEnd, () => connection.IsServedAlone)
        {
            RemoteEndPoint = connection.RemoteEndPoint,
            LocalEndPoint = connection.LocalEndPoint,
            Descriptor = connection.Descriptor,
        };
        server.Clients.Add(client);
        try
        {
            await client.RunAsync().ConfigureAwait(false);
        }
        catch (StorageException failure)
        {
            // The replies of this batch acknowledge nothing: they are not sent.
            if (_commitLine.IsDue()) Log.CommitFailed(logger, failure.Message);
            connection.Abort();
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException)
        {
            // The client went away, which is its right, or was cut off.
        }
        catch (Exception bug)
        {
            Log.CommandFailed(logger, client.LastCommandName ?? "?", bug);
            connection.Abort();
        }
        finally
        {
            server.Clients.Remove(client);
        }
    }
}
