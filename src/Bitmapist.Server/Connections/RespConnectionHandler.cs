using System.IO.Pipelines;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Commands;
using Bitmapist.Storage.Files;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Server.Connections;

/// <summary>Serves each connection that a transport accepts; knows nothing of the transport's kind.</summary>
internal sealed class RespConnectionHandler(ServerState server, ILogger<RespConnectionHandler> logger)
    : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        IDuplexPipe transport = connection.Transport;
        long id = server.Clients.NextId();
        if (server.Clients.Count >= server.ClientsMax)
        {
            server.Clients.CountRejected();
            new RespWriter(transport.Output, RespVersion.Resp2).WriteError(Errors.MaxClients);
            await transport.Output.FlushAsync().ConfigureAwait(false);
            return;
        }

        using ClientConnection client = new(id, transport.Input, transport.Output, server)
        {
            RemoteEndPoint = connection.RemoteEndPoint,
            LocalEndPoint = connection.LocalEndPoint,
        };
        server.Clients.Add(client);
        try
        {
            await client.RunAsync().ConfigureAwait(false);
        }
        catch (StorageException failure)
        {
            // The replies of this batch acknowledge nothing: they are not sent.
            Log.CommitFailed(logger, failure.Message);
            connection.Abort();
        }
        catch (IOException)
        {
            // The client went away, which is its right.
        }
        catch (Exception bug)
        {
            Log.CommandFailed(logger, client.LastCommand?.FullName ?? "?", bug);
            connection.Abort();
        }
        finally
        {
            server.Clients.Remove(client);
        }
    }
}
