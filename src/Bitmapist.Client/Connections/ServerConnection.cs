using Bitmapist.Resp.Replies;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bitmapist.Client.Connections;

/// <summary>
/// Where requests go: the seam between what the library asks and how it is carried. Safe for concurrent use; batches of
/// several callers share one connection and never mix.
/// </summary>
internal interface ICommandChannel : IAsyncDisposable
{
    /// <summary>Sends a batch in one piece.</summary>
    /// <returns>
    /// A reply per request, in order (of a transaction: the elements of EXEC's reply). Errors of single requests are
    /// replies like others; see <see cref="Reply.IsError"/>.
    /// </returns>
    /// <exception cref="BitmapistException">The connection was lost, the time ran out, the transaction was refused, or
    /// what came back was no reply.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; what was sent may still take effect.</exception>
    ValueTask<IReadOnlyList<Reply>> SendAsync(RequestBatch batch, SendMode mode, CancellationToken cancellationToken);
}

/// <summary>
/// The connection that all callers share: their batches go out together and replies are told apart by order. When it is
/// lost it is made anew. Batches not yet sent wait for that, within their time; batches that awaited replies are sent
/// again if they are repeatable, and fail if not.
/// </summary>
/// <remarks>
/// Three threads serve a connection, from the first request on: one connects and reads (<see cref="ConnectionLoop"/>),
/// one writes what callers do not write themselves (<see cref="LinkWriter"/>), one sees whose time has run out
/// (<see cref="Patience"/>). What awaits <see cref="SendAsync"/> goes on within them, so it must not block, and must be
/// this library's: see <see cref="CallerTask"/>. In return nothing here depends on the thread pool, which callers that
/// wait for their replies may have blocked to the last thread.
/// </remarks>
internal sealed class ServerConnection : ICommandChannel
{
    private readonly BitmapistOptions _options;
    private readonly TimeProvider _clock;
    private readonly ClientMetrics _metrics;
    private readonly ByteGate _bytes;
    private readonly RequestQueue _queue;
    private readonly ConnectionLoop _loop;
    private readonly Patience _patience;
    private int _disposals;

    private ServerConnection(BitmapistOptions options, TimeProvider clock)
    {
        _options = options.Snapshot();
        _clock = clock;
        ILogger logger = _options.LoggerFactory is { } loggers
            ? new GuardedLogger(loggers.CreateLogger("Bitmapist.Client")) : NullLogger.Instance;
        _metrics = new ClientMetrics(_options.Address);
        _bytes = new ByteGate(_options.BytesInFlightMax);
        _queue = new RequestQueue(_bytes);
        _loop = new ConnectionLoop(_options, clock, logger, _metrics, _queue);
        _patience = new Patience(_options, clock, logger, _loop, _queue, _bytes);
    }

    /// <summary>Bytes of unanswered requests.</summary>
    internal long BytesInFlight => _bytes.Bytes;

    /// <summary>A channel that connects when it is first used.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static ServerConnection Create(BitmapistOptions options, TimeProvider? clock = null) =>
        new(options, clock ?? TimeProvider.System);

    /// <summary>Connects, once; later losses are made good.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="BitmapistException">The connection could not be made; see the types.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async ValueTask<ServerConnection> ConnectAsync(
        BitmapistOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ServerConnection connection = Create(options);
        var first = new TaskCompletionSource();
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (first, token) => ((TaskCompletionSource)first!).TrySetCanceled(token), first);
        try
        {
            connection.Start(first);
            await first.Task.WithoutPool();
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().WithoutPool();
            throw;
        }
        finally
        {
            registration.Unregister();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Reply>> SendAsync(
        RequestBatch batch, SendMode mode, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _disposals) > 0) throw LinkFailure.Disposed();
        cancellationToken.ThrowIfCancellationRequested();
        if (batch.Count == 0) return [];
        long startedAt = _clock.GetTimestamp();
        try
        {
            Start();
            int wireBytes = PendingBatch.FramedBytes(batch.Wire.Length, mode);
            long deadline = startedAt + _patience.ResponseTimeout;
            if (!_bytes.TryEnter(wireBytes))
                deadline = await _bytes.EnterAsync(wireBytes, deadline, cancellationToken).WithoutPool();
            var pending = new PendingBatch(batch, mode, deadline);
            _queue.Add(pending, out bool isQuiet)?.Write(isQuiet);
            CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
                static (pending, token) => ((PendingBatch)pending!).TrySetCanceled(token), pending);
            IReadOnlyList<Reply> replies;
            try
            {
                replies = await pending.Task.WithoutPool();
            }
            finally
            {
                registration.Unregister();
            }

            _metrics.Answered(batch.Count, _clock.GetElapsedTime(startedAt));
            return replies;
        }
        catch
        {
            _metrics.Failed();
            throw;
        }
    }

    /// <summary>Closes the connection; what awaits replies fails.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Increment(ref _disposals) > 1) return;
        try
        {
            _bytes.Close();
            _patience.Stop();
            _loop.Stop();
            await _loop.Ended.WithoutPool();
        }
        finally
        {
            // Whatever went wrong above: nobody waits for ever.
            _queue.Close(batch => new ConnectionLostException(
                $"The connection to {_options.Address} was closed by this client.{Warning(batch)}"));
        }
    }

    private void Start(TaskCompletionSource? first = null)
    {
        if (_loop.TryStart(first)) _patience.Start();
    }

    /// <summary>What to add to an error about a batch that may have reached the server; empty if it has not.</summary>
    private static string Warning(PendingBatch batch) =>
        batch.Attempts == 0 ? "" : " It was sent, so it may have taken effect.";
}

/// <summary>
/// The application's logger, kept from doing harm: what it throws (a full disk, a disposed provider) costs the line and
/// nothing else. Otherwise it would end the connection's loop, or, from the sweeper's timer, the process.
/// </summary>
internal sealed class GuardedLogger(ILogger logger) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => logger.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return logger.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            return false;
        }
    }

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        try
        {
            logger.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            // There is nowhere left to say so.
        }
    }
}
