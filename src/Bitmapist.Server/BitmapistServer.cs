using Bitmapist.Engine.Bits;
using Bitmapist.Engine.Keyspace;
using Bitmapist.Engine.Saving;
using Bitmapist.Engine.Upkeep;
using Bitmapist.Server.Access;
using Bitmapist.Server.Connections;
using Bitmapist.Server.Dispatch;
using Bitmapist.Server.Logging;
using Bitmapist.Server.Parameters;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;
using Bitmapist.Server.Upkeep;
using Bitmapist.Storage.Files;
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
    private readonly IdleCollector _idleCollector;
    private readonly ClientKeeper _clientKeeper;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource<bool> _shutdownAsked =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Listener? _listener;

    private BitmapistServer(ServerState state, ExpiryCycle expiry, ILogger logger)
    {
        _state = state;
        _expiry = expiry;
        _idleCollector = new IdleCollector(new ProcessHeap(state), state.Time, logger);
        _clientKeeper = new ClientKeeper(state, logger);
        _logger = logger;
        state.Shutdown = save => _shutdownAsked.TrySetResult(save);
    }

    /// <summary>Completes when a client sent SHUTDOWN; the result says whether to save first.</summary>
    public Task<bool> ShutdownAsked => _shutdownAsked.Task;

    /// <summary>
    /// Why the server asked to be stopped by itself: a thread that serves connections has failed; else null.
    /// </summary>
    public Exception? Failure { get; private set; }

    /// <summary>The default user needs no password now.</summary>
    public bool IsOpen => _state.Access.IsOpen;

    /// <summary>What metrics are read from.</summary>
    internal ServerState State => _state;

    /// <summary>Opens the database and listens.</summary>
    /// <exception cref="DatabaseLockedException">Another process has the database open.</exception>
    /// <exception cref="CorruptFileException">The database is foreign, of a newer version, or damaged.</exception>
    /// <exception cref="StorageException">The database cannot be read or written.</exception>
    /// <exception cref="IOException">An address cannot be listened on, or a certificate cannot be used.</exception>
    /// <exception cref="AclFileException">The file of users cannot be read, or is refused.</exception>
    /// <exception cref="ConfigurationException">A user in the file of settings makes no sense.</exception>
    public static async Task<BitmapistServer> StartAsync(ServerOptions options, ILoggerFactory loggers)
    {
        ILogger logger = loggers.CreateLogger("bitmapist");
        TimeProvider time = TimeProvider.System;
        AclFile? users = options.AclFile is { } usersPath ? new AclFile(PhysicalFileSystem.Instance, usersPath) : null;
        var access = new AccessControl(CommandList.Table.Catalog, options.RequirePass, users);
        access.Declare(options.ConfigurationPath ?? "", options.Users);
        var tls = new TlsCertificates(options.Tls, options.Addresses.Any(address => address.IsTls));
        PersistentKeyspace? persistence = null;
        if (options.DatabasePath is { } path)
        {
            var persistenceOptions = new PersistenceOptions(
                path, options.Databases, options.AppendFsync, TimeSpan.FromSeconds(options.SaveSeconds))
            {
                LogGrowthPercentage = options.LogGrowthPercentage, LogGrowthBytesMin = options.LogGrowthBytesMin,
                MemoryBytesMax = options.MemoryBytesMax, HotFor = TimeSpan.FromSeconds(options.EvictIdleSeconds),
            };
            persistence = PersistentKeyspace.Open(
                PhysicalFileSystem.Instance, persistenceOptions, time, new PersistenceLogger(logger));
        }

        BitmapistServer? server = null;
        try
        {
            server = Create(options, access, tls, persistence, time, logger);
            server._listener = Listener.Bind(server._state, logger);
            server._state.Transport = server._listener.Kind;
            server._state.IoThreads = server._listener.Threads;
            _ = server.StopOnFailureAsync(server._listener.Failure);
            server.LimitClients();
            server._listener.Start();
            return server;
        }
        catch
        {
            if (server is not null) await server.DisposeAsync().ConfigureAwait(false);
            else if (persistence is not null) await persistence.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Completes when every thread that serves connections has turned, and the log has taken, or refused, what was
    /// appended to it: not while one of them hangs. A log that fails is not one that hangs: reads go on.
    /// </summary>
    public async Task AnswerAsync()
    {
        if (_listener is { } listener) await listener.TurnAsync().ConfigureAwait(false);
        if (_state.Persistence is not { } persistence) return;
        try
        {
            await persistence.CommitAsync().ConfigureAwait(false);
        }
        catch (StorageException)
        {
            // It has answered; clients are told why they cannot write.
        }
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
        if (_listener is not null) await _listener.StopAsync(ServerLimits.StopTimeout).ConfigureAwait(false);
        await _state.Slurper.EndAsync().ConfigureAwait(false);
        return _state.Persistence is { } persistence ? await persistence.StopAsync(save).ConfigureAwait(false) : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_listener is not null) await _listener.DisposeAsync().ConfigureAwait(false);
        await _state.Slurper.DisposeAsync().ConfigureAwait(false);
        await _expiry.DisposeAsync().ConfigureAwait(false);
        await _idleCollector.DisposeAsync().ConfigureAwait(false);
        await _clientKeeper.DisposeAsync().ConfigureAwait(false);
        if (_state.Persistence is { } persistence) await persistence.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Without one of its threads it would accept connections and leave them without an answer.</summary>
    private async Task StopOnFailureAsync(Task<Exception> failure)
    {
        Failure = await failure.ConfigureAwait(false);
        _shutdownAsked.TrySetResult(true);
    }

    private static BitmapistServer Create(
        ServerOptions options, AccessControl access, TlsCertificates tls, PersistentKeyspace? persistence,
        TimeProvider time, ILogger logger)
    {
        KeyspaceStore store = persistence?.Store ?? new KeyspaceStore(options.Databases, time);
        var state = new ServerState(options, store, persistence, time, logger, CommandList.Table.Count)
        {
            CommandLog = options.Debug ? logger : null, Access = access, Tls = tls,
        };
        StartParameters.Apply(state);
        var line = new OncePerInterval(ServerLimits.RepeatedLogInterval, time);
        var expiry = new ExpiryCycle(store, time, failure =>
        {
            if (line.IsDue()) LogFailure(logger, "removing expired keys", failure);
        });
        return new BitmapistServer(state, expiry, logger);
    }

    private static void LogFailure(ILogger logger, string work, Exception failure)
    {
        bool isExpected = failure is StorageException or DiskReadException;
        Log.BackgroundWorkFailed(logger, work, failure.Message, isExpected ? null : failure);
    }

    /// <summary>
    /// Leaves to clients what descriptors there are beside what is open now, with none of them here, and what the
    /// HTTP port and the server's own work may open later.
    /// </summary>
    private void LimitClients()
    {
        long limit = DescriptorLimit.Read();
        int httpConnections = _state.Options.HttpAddress is null ? 0 : ServerLimits.HttpConnections;
        _state.ClientsPossible =
            DescriptorLimit.ClientsMax(int.MaxValue, limit, DescriptorLimit.CountOpen() + httpConnections);
        int wanted = _state.ClientsMax;
        if (wanted <= _state.ClientsPossible) return;
        _state.ClientsMax = _state.ClientsPossible;
        Log.ClientsLimited(_logger, limit, wanted, _state.ClientsMax);
    }
}
