using System.Net;
using System.Net.Sockets;
using Bitmapist.Engine.Durability;
using Bitmapist.Engine.Expiry;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Server.Connections;
using Bitmapist.Storage.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Server;

/// <summary>
/// A server in this process: opens the database, listens, serves until it is stopped. The executable, the tests and the
/// benchmarks all run this.
/// </summary>
public sealed class BitmapistServer : IAsyncDisposable
{
    private readonly ServerState _state;
    private readonly ExpiryCycle _expiry;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource<bool> _shutdownAsked =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? _host;

    private BitmapistServer(ServerState state, ExpiryCycle expiry, ILogger logger)
    {
        _state = state;
        _expiry = expiry;
        _logger = logger;
        state.Shutdown = save => _shutdownAsked.TrySetResult(save);
    }

    /// <summary>Completes when a client sent SHUTDOWN; the result says whether to save first.</summary>
    public Task<bool> ShutdownAsked => _shutdownAsked.Task;

    /// <summary>Opens the database and listens.</summary>
    /// <exception cref="DatabaseLockedException">Another process has the database open.</exception>
    /// <exception cref="CorruptFileException">The database is foreign, of a newer version, or damaged.</exception>
    /// <exception cref="StorageException">The database cannot be read or written.</exception>
    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public static async Task<BitmapistServer> StartAsync(ServerOptions options, ILoggerFactory loggers)
    {
        ILogger logger = loggers.CreateLogger("bitmapist");
        TimeProvider time = TimeProvider.System;
        PersistentKeyspace? persistence = null;
        if (options.DatabasePath is { } path)
        {
            var persistenceOptions = new PersistenceOptions(
                path, options.Databases, options.AppendFsync, TimeSpan.FromSeconds(options.SaveSeconds))
            {
                MemoryBytesMax = options.MemoryBytesMax, HotFor = TimeSpan.FromSeconds(options.EvictIdleSeconds),
            };
            persistence = PersistentKeyspace.Open(
                PhysicalFileSystem.Instance, persistenceOptions, time, new PersistenceLogger(logger));
        }

        KeyspaceStore store = persistence?.Store ?? new KeyspaceStore(options.Databases, time);
        var server = new BitmapistServer(
            new ServerState(options, store, persistence, time, logger)
            {
                CommandLog = options.Debug ? logger : null,
            },
            new ExpiryCycle(store, time), logger);
        if (server._state.ClientsMax < options.ClientsMax)
            Log.ClientsLimited(logger, options.ClientsMax, server._state.ClientsMax);
        try
        {
            server._host = await ListenAsync(server._state, loggers).ConfigureAwait(false);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return server;
    }

    /// <summary>Writes a backup to the configured file, unless one is being written; failure is logged.</summary>
    public Task BackupAsync()
    {
        if (_state.Options.BackupPath is { } path) return _state.Backups.TryStart(path) ?? Task.CompletedTask;
        Log.NoBackupPath(_logger);
        return Task.CompletedTask;
    }

    /// <summary>Stops accepting, lets running commands finish, saves if asked.</summary>
    /// <returns>Null, or why the save failed; the log keeps everything all the same.</returns>
    public async Task<Exception?> StopAsync(bool save)
    {
        _state.Clients.CloseAll();
        // A client that does not read its replies must not keep the server from stopping.
        using var patience = new CancellationTokenSource(Limits.StopPatience);
        if (_host is not null) await _host.StopAsync(patience.Token).ConfigureAwait(false);
        await _state.Slurper.EndAsync().ConfigureAwait(false);
        return _state.Persistence is { } persistence ? await persistence.StopAsync(save).ConfigureAwait(false) : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync().ConfigureAwait(false);
        await _state.Slurper.DisposeAsync().ConfigureAwait(false);
        await _expiry.DisposeAsync().ConfigureAwait(false);
        if (_state.Persistence is { } persistence) await persistence.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<WebApplication> ListenAsync(ServerState state, ILoggerFactory loggers)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(state);
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseSockets(sockets =>
        {
            // Requests take microseconds: a hop to the pool would cost more than serving them where they arrive.
            sockets.UnsafePreferInlineScheduling = true;
            // A connection's 4 KiB are worth a system call per request.
            sockets.WaitForDataBeforeAllocatingBuffer = false;
            sockets.MaxWriteBufferSize = Limits.TransportBufferBytes;
            sockets.Backlog = 511; // as Redis
            sockets.CreateBoundListenSocket = CreateListenSocket;
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            foreach (ListenAddress address in state.Options.Addresses) Listen(kestrel, address);
        });
        WebApplication host = builder.Build();
        try
        {
            await host.StartAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or SocketException or UnauthorizedAccessException)
        {
            await host.DisposeAsync().ConfigureAwait(false);
            Exception reason = failure.GetBaseException();
            throw new IOException($"cannot listen on {string.Join(", ", state.Options.Addresses)}: {reason.Message}",
                failure);
        }

        return host;
    }

    /// <summary>A listening socket whose connections notice when their peer has vanished.</summary>
    private static Socket CreateListenSocket(EndPoint endPoint)
    {
        Socket socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        if (socket.ProtocolType != ProtocolType.Tcp) return socket;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Limits.KeepAliveSeconds);
        return socket;
    }

    private static void Listen(KestrelServerOptions kestrel, ListenAddress address)
    {
        static void Serve(ListenOptions listen) => listen.UseConnectionHandler<RespConnectionHandler>();
        if (address.Ip is null) kestrel.ListenLocalhost(address.Port, Serve);
        else if (address.Ip.Equals(IPAddress.IPv6Any)) kestrel.ListenAnyIP(address.Port, Serve);
        else kestrel.Listen(address.Ip, address.Port, Serve);
    }
}
