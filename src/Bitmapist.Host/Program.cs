using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bitmapist.Engine.Stored;
using Bitmapist.Host;
using Bitmapist.Host.Logging;
using Bitmapist.Host.Systemd;
using Bitmapist.Migration;
using Bitmapist.Migration.Transfer;
using Bitmapist.Server;
using Bitmapist.Server.Settings;
using Bitmapist.Storage.Files;
using Microsoft.Extensions.Logging;

NativeBuilds.BecomeWidest();
if (StartCheck.Refuses(args)) return 1;
IgnoredSignals.Restore();

// With -io-transport pipelines, too, requests are served on the thread that finds their socket ready; read once,
// before the first socket is made.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

// Long computations, and clients that wait for them, must not keep the pool from others: it adds threads too slowly.
ThreadPool.SetMinThreads(Math.Max(32, Environment.ProcessorCount), Environment.ProcessorCount);

return await CommandLine.RunAsync(args, ServeAsync).ConfigureAwait(false);

static async Task<int> ServeAsync(ServerOptions options)
{
    using var service = ServiceNotifier.Of(Environment.GetEnvironmentVariable);
    LogLevel level = options.Debug ? LogLevel.Debug : LogLevel.Information;
    using var loggers = new StderrLoggerFactory(level, options.LogFormat)
    {
        Listener = service.Status, // opening a large database may take a while
    };
    ILogger logger = loggers.CreateLogger("host");
    // The first to listen and the last to go: until the database is open it says so.
    OptionalHttpPort http = new();
    await using ConfiguredAsyncDisposable listening = http.ConfigureAwait(false);
    BitmapistServer server;
    try
    {
        await http.StartAsync(options.HttpAddress, loggers).ConfigureAwait(false);
        AddressCheck.Require(options.Addresses);
        if (options.DatabasePath is { } path) MigrationCommands.ConvertAtStart(path, logger);
        server = await BitmapistServer.StartAsync(options, loggers).ConfigureAwait(false);
    }
    catch (Exception failure) when (failure is MigrationException or DatabaseLockedException
        or CorruptFileException or StorageException or IOException or SocketException or UnauthorizedAccessException
        or ConfigurationException)
    {
        // The innermost reason says it in one line ("address already in use"); the stack is of no help here.
        loggers.Complain(failure.Message);
        service.Status(failure.Message);
        return 1;
    }

    http.Tell(server);
    await using (server.ConfigureAwait(false))
    {
        if (await UntilStoppedAsync(server, options, service, loggers).ConfigureAwait(false) is not { } unsaved)
            return server.Failure is null ? 0 : 1;
        loggers.Complain($"{unsaved.Message}; the log has what was not saved");
        return 1;
    }
}

static async Task<Exception?> UntilStoppedAsync(
    BitmapistServer server, ServerOptions options, ServiceNotifier service, StderrLoggerFactory loggers)
{
    ILogger logger = loggers.CreateLogger("host");
    var stopped = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
    void Stop(PosixSignalContext context)
    {
        context.Cancel = true; // the signal's own way would end the process before the save
        stopped.TrySetResult(true);
    }

    const PosixSignal Usr1 = (PosixSignal)10; // SIGUSR1 on Linux; the framework names no such member
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using PosixSignalRegistration? backup = OperatingSystem.IsLinux()
        ? PosixSignalRegistration.Create(Usr1, context => BackUp(server, context))
        : null;
    using Watchdog? watchdog = Watchdog.Start(service, server.AnswerAsync, logger);
    TellWhere(server, options, logger); // and from this line on a signal is a stop in good order
    loggers.Listener = null;
    service.Ready($"serving at {string.Join(", ", options.Addresses)}");

    bool save =
        await (await Task.WhenAny(stopped.Task, server.ShutdownAsked).ConfigureAwait(false)).ConfigureAwait(false);
    HostLog.Stopping(logger);
    service.Stopping();
    watchdog?.Stopping();
    return await server.StopAsync(save).ConfigureAwait(false);
}

static void TellWhere(BitmapistServer server, ServerOptions options, ILogger logger)
{
    foreach (ListenAddress address in options.Addresses)
    {
        if (address.Descriptor is null) HostLog.Listening(logger, address.ToString());
        else HostLog.ListeningOnPassed(logger, address.ToString());
        if (address.IsLoopback || !server.IsOpen) continue;
        if (options.ProtectedMode) HostLog.OpenToThisMachine(logger, address.ToString());
        else HostLog.OpenToAll(logger, address.ToString());
    }

    if (options.UnixSocket is { } path) HostLog.Listening(logger, path);
}

static void BackUp(BitmapistServer server, PosixSignalContext context)
{
    context.Cancel = true;
    _ = server.BackupAsync(); // it logs how it ends
}
