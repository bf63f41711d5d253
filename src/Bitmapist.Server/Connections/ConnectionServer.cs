using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using Bitmapist.Server.Logging;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;
using Bitmapist.Storage.Files;
using Bitmapist.Transport;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Tls;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Server.Connections;

/// <summary>
/// Serves accepted connections, each from its first byte until its socket is closed; knows nothing of what carries
/// them. Thread-safe.
/// </summary>
internal sealed class ConnectionServer(ServerState server, ILogger logger)
{
    private readonly OncePerInterval _commitLine = new(ServerLimits.RepeatedLogInterval, server.Time);
    private readonly OncePerInterval _handshakeLine = new(ServerLimits.RepeatedLogInterval, server.Time);
    private readonly ConcurrentDictionary<TransportConnection, bool> _handshakes = new();
    private readonly OncePerInterval _deniedLine = new(ServerLimits.RepeatedLogInterval, server.Time);
    private volatile bool _isStopping;

    /// <summary>Serves a connection that has a place; the place is given back when it is closed.</summary>
    public async Task ServeAsync(TransportConnection connection)
    {
        try
        {
            await using ConfiguredAsyncDisposable socket = connection.ConfigureAwait(false);
            await EnterAsync(connection).ConfigureAwait(false);
        }
        finally
        {
            server.Clients.GivePlaceBack();
        }
    }

    /// <summary>Cuts off who has not agreed on TLS yet, now and from now on: a stop need not wait for it.</summary>
    public void EndHandshakes()
    {
        _isStopping = true;
        foreach (TransportConnection connection in _handshakes.Keys) connection.Abort();
    }

    /// <summary>Agrees on TLS where that is spoken, and serves what is inside it.</summary>
    private Task EnterAsync(TransportConnection connection) =>
        IsTls(connection) ? EnterEncryptedAsync(connection) : RunAsync(connection);

    private async Task EnterEncryptedAsync(TransportConnection outer)
    {
        TlsConnection inner;
        try
        {
            _handshakes[outer] = true;
            if (_isStopping) outer.Abort();
            using var timeout = new CancellationTokenSource(ServerLimits.TlsHandshakeTimeout);
            inner = await TlsConnection.AcceptAsync(outer, server.Tls.Options, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
            when (failure is AuthenticationException or IOException or SocketException or OperationCanceledException)
        {
            server.Clients.CountRejected();
            if (_handshakeLine.IsDue()) Log.HandshakeFailed(logger, Show(outer), failure.Message);
            return;
        }
        finally
        {
            _handshakes.TryRemove(outer, out _);
        }

        await using (inner.ConfigureAwait(false)) await RunAsync(inner).ConfigureAwait(false);
    }

    private bool IsTls(TransportConnection connection)
    {
        if (!server.Tls.IsNeeded || connection.LocalEndPoint is not IPEndPoint local) return false;
        foreach (ListenAddress address in server.Addresses)
            if (address.IsTls && address.Covers(local)) return true;
        foreach (ListenAddress address in server.FormerTlsAddresses)
            if (address.Covers(local)) return true;
        return false;
    }

    /// <summary>Tells a client from elsewhere that protected mode keeps it out.</summary>
    private async Task DenyAsync(TransportConnection connection)
    {
        server.Clients.CountRejected();
        if (_deniedLine.IsDue()) Log.Denied(logger, Show(connection));
        try
        {
            await connection.Output.WriteAsync(ProtectedMode.Refusal).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException)
        {
            // It is gone already.
        }
    }

    private static string Show(TransportConnection connection) => connection.RemoteEndPoint?.ToString() ?? "?";

    private async Task RunAsync(TransportConnection connection)
    {
        if (ProtectedMode.Refuses(server, connection.RemoteEndPoint))
        {
            await DenyAsync(connection).ConfigureAwait(false);
            return;
        }

        using var client = new ClientConnection(
            server.Clients.NextId(), connection.Input, connection.Output, server, connection)
        {
            RemoteEndPoint = connection.RemoteEndPoint,
            LocalEndPoint = connection.LocalEndPoint,
            Descriptor = connection.Descriptor,
        };
        connection.InputEnded = client.Leave;
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
