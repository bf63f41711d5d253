using System.Net.Sockets;
using Bitmapist.Storage.Files;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Server.Connections;

/// <summary>
/// Serves accepted connections, each from its first byte until its socket is closed; knows nothing of how they are
/// accepted. Thread-safe.
/// </summary>
internal sealed class ConnectionServer(ServerState server, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly HashSet<ConnectionContext> _open = [];
    private readonly TaskCompletionSource _allClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isStopping;

    /// <summary>
    /// Begins to serve a connection, on a thread of the pool; its place is given back when it is closed.
    /// </summary>
    public void Begin(ConnectionContext connection)
    {
        lock (_gate) _open.Add(connection);
        ThreadPool.UnsafeQueueUserWorkItem(
            static work => _ = work.Server.ServeAsync(work.Connection), (Server: this, Connection: connection),
            preferLocal: false);
    }

    /// <summary>
    /// Completes when every connection is closed; those that are open after <paramref name="patience"/> are cut off.
    /// None may begin any more.
    /// </summary>
    public async Task StopAsync(TimeSpan patience)
    {
        lock (_gate)
        {
            _isStopping = true;
            if (_open.Count == 0) return;
        }

        if (await IsDoneWithinAsync(patience).ConfigureAwait(false)) return;
        ConnectionContext[] left;
        lock (_gate) left = [.. _open];
        foreach (ConnectionContext connection in left) connection.Abort();
        await IsDoneWithinAsync(patience).ConfigureAwait(false); // one that runs a command yet ends with the process
    }

    private async Task<bool> IsDoneWithinAsync(TimeSpan patience) =>
        await Task.WhenAny(_allClosed.Task, Task.Delay(patience)).ConfigureAwait(false) == _allClosed.Task;

    private async Task ServeAsync(ConnectionContext connection)
    {
        try
        {
            await RunAsync(connection).ConfigureAwait(false);
            await connection.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception bug) // nobody awaits this
        {
            Log.ConnectionFailed(logger, bug);
        }
        finally
        {
            server.Clients.GivePlaceBack();
            lock (_gate)
            {
                _open.Remove(connection);
                if (_isStopping && _open.Count == 0) _allClosed.TrySetResult();
            }
        }
    }

    private async Task RunAsync(ConnectionContext connection)
    {
        using var client = new ClientConnection(
            server.Clients.NextId(), connection.Transport.Input, connection.Transport.Output, server, connection.Abort)
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
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException)
        {
            // The client went away, which is its right, or was cut off.
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
