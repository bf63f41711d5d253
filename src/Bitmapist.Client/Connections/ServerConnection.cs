using Bitmapist.Resp.Replies;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bitmapist.Client.Connections;

/// <summary>
/// The connection that all callers share: their batches go out together and replies are told apart by order. When it is
/// lost it is made anew. Batches not yet sent wait for that, within their time; batches that awaited replies are sent
/// again if they are repeatable, and fail if not.
/// </summary>
/// <remarks>
/// One loop (<see cref="RunAsync"/>) makes connections and reads from them, one after another; so there is never more
/// than one socket whose replies count. Batches are written by whichever caller finds nobody writing.
/// </remarks>
internal sealed class ServerConnection : ICommandChannel
{
    private readonly BitmapistOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ClientMetrics _metrics;
    private readonly Dialer _dialer;
    private readonly ByteGate _bytes;
    private readonly RequestQueue _queue;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stop;
    private readonly ITimer _sweeper;
    private readonly Lock _starting = new();
    private Task? _running;
    private volatile Link? _link;
    private PendingBatch? _answered; // what was being answered when the sweeper last looked
    private volatile BitmapistException? _connectFailure; // of the last attempt; null while connected
    private int _disposals;

    private ServerConnection(BitmapistOptions options, TimeProvider clock)
    {
        _options = options.Snapshot();
        _clock = clock;
        _stop = _stopping.Token;
        _logger = _options.LoggerFactory is { } loggers
            ? new GuardedLogger(loggers.CreateLogger("Bitmapist.Client")) : NullLogger.Instance;
        _metrics = new ClientMetrics(_options.Address);
        _dialer = new Dialer(_options, _logger, clock);
        _bytes = new ByteGate(_options.BytesInFlightMax);
        _queue = new RequestQueue(_bytes);
        TimeSpan period = TimeSpan.FromMilliseconds(
            Math.Clamp(_options.ResponseTimeoutMs / 10, Limits.SweepMsMin, Limits.SweepMsMax));
        _sweeper = Detached(() =>
            clock.CreateTimer(static self => ((ServerConnection)self!).Sweep(), this, period, period));
    }

    /// <summary>The timeout in the clock's timestamps.</summary>
    private long ResponseTimeout => _clock.TimestampFrequency * _options.ResponseTimeoutMs / 1000;

    /// <summary>Bytes of unanswered requests.</summary>
    internal long BytesInFlight => _bytes.Bytes;

    /// <summary>A channel that connects when it is first used.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static ServerConnection Create(BitmapistOptions options, TimeProvider? clock = null) =>
        new(options, clock ?? TimeProvider.System);

    /// <summary>Connects, once; later losses are made good.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="BitmapistException">The connection could not be made; see the types.</exception>
    public static async ValueTask<ServerConnection> ConnectAsync(
        BitmapistOptions options, CancellationToken cancellationToken)
    {
        ServerConnection connection = Create(options);
        try
        {
            long startedAt = connection._clock.GetTimestamp();
            Dialed dialed = await connection._dialer.ConnectAsync(cancellationToken).ConfigureAwait(false);
            connection.LogConnected(startedAt);
            connection.Start(dialed);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Reply>> SendAsync(
        RequestBatch batch, SendMode mode, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, typeof(BitmapistClient));
        cancellationToken.ThrowIfCancellationRequested();
        if (batch.Count == 0) return [];
        long startedAt = _clock.GetTimestamp();
        try
        {
            PendingBatch pending = await QueueAsync(batch, mode, startedAt, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<Reply> replies;
            using (cancellationToken.UnsafeRegister(
                static (pending, token) => ((PendingBatch)pending!).TrySetCanceled(token), pending))
            {
                replies = await pending.Task.ConfigureAwait(false);
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
            await _stopping.CancelAsync().ConfigureAwait(false);
            await _sweeper.DisposeAsync().ConfigureAwait(false);
            Task? running;
            lock (_starting) running = _running;
            _link?.End(LinkFailure.ByThisClient);
            if (running is not null) await running.ConfigureAwait(false);
        }
        finally
        {
            // Whatever went wrong above: nobody waits for ever.
            _queue.Close(batch => new ConnectionLostException(
                $"The connection to {_options.Address} was closed by this client.{Warning(batch)}"));
            _stopping.Dispose();
        }
    }

    private async ValueTask<PendingBatch> QueueAsync(
        RequestBatch batch, SendMode mode, long startedAt, CancellationToken cancellationToken)
    {
        Start(null);
        int wireBytes = PendingBatch.FramedBytes(batch.Wire.Length, mode);
        long deadline = startedAt + ResponseTimeout;
        if (!_bytes.TryEnter(wireBytes))
            deadline = await EnterAsync(wireBytes, deadline, cancellationToken).ConfigureAwait(false);
        var pending = new PendingBatch(batch, mode, deadline);
        _queue.Add(pending)?.Write();
        return pending;
    }

    /// <summary>Waits for room among the bytes in flight; returns the deadline, perhaps postponed meanwhile.</summary>
    private async ValueTask<long> EnterAsync(int wireBytes, long deadline, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop);
        try
        {
            return await _bytes.EnterAsync(wireBytes, deadline, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(typeof(BitmapistClient).FullName);
        }
    }

    /// <summary>Starts the loop unless it runs; with a connection if there is one already.</summary>
    private void Start(Dialed? dialed)
    {
        if (Volatile.Read(ref _running) is not null) return;
        lock (_starting)
        {
            if (_running is not null || _stop.IsCancellationRequested) return;
            _running = Detached(() => Task.Run(() => RunAsync(dialed), CancellationToken.None));
        }
    }

    private async Task RunAsync(Dialed? first)
    {
        bool isFirst = first is null;
        for (int failures = 0; !_stop.IsCancellationRequested;)
        {
            Dialed? dialed = first;
            try
            {
                dialed ??= await TryDialAsync(failures).ConfigureAwait(false);
                if (dialed is null)
                {
                    failures++;
                    continue;
                }

                if (first is null && !isFirst) _metrics.Reconnected();
                (first, isFirst) = (null, false);
                // A peer that greets and hangs up, again and again, is no reason to hurry.
                failures = await ServeAsync(dialed.Value).ConfigureAwait(false) ? 0 : failures + 1;
            }
            catch (Exception failure)
            {
                // Whatever it is (a listener to the meter may throw anything): nobody else would connect again.
                dialed?.Socket.Dispose();
                (first, isFirst) = (null, false);
                failures++;
                _connectFailure = new ConnectionLostException(
                    $"{_options.Address}: no connection: {failure.GetBaseException().Message}", failure);
                Log.Faulted(_logger, failure.Message, failure);
            }
        }

        first?.Socket.Dispose(); // disposed between connecting and starting
    }

    /// <summary>Waits as long as the failures so far ask for, then tries to connect, once.</summary>
    private async Task<Dialed?> TryDialAsync(int failures)
    {
        try
        {
            int delayMs = DelayMs(failures);
            if (delayMs > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(delayMs), _clock, _stop).ConfigureAwait(false);
            long startedAt = _clock.GetTimestamp();
            Dialed dialed = await _dialer.ConnectAsync(_stop).ConfigureAwait(false);
            LogConnected(startedAt);
            return dialed;
        }
        catch (OperationCanceledException)
        {
            return null; // The loop sees that it is to end.
        }
        catch (BitmapistException failure)
        {
            _connectFailure = failure;
            if (failure is ServerErrorException refusal && refusal.IsFinal)
            {
                Log.ConnectRefused(_logger, failures + 1, DelayMaxMs(failures + 1), failure.Message);
                _queue.FailUnsent(batch => new ServerErrorException(refusal.ServerText, batch.Attempts == 0
                    ? refusal.Context
                    : $"{batch.Describe()} was sent on a connection that was lost, so it may have taken effect; when "
                        + $"connecting anew, {refusal.Context}"));
            }
            else
            {
                Log.ConnectFailed(_logger, failures + 1, DelayMaxMs(failures + 1), failure.Message);
            }

            return null;
        }
    }

    /// <summary>Lets a connection live; returns, after its end, whether it answered anything.</summary>
    private async Task<bool> ServeAsync(Dialed dialed)
    {
        var link = new Link(dialed, _queue, _clock, _metrics);
        var failure = new LinkFailure("it failed within this client", IsViolation: true); // unless told otherwise
        int repeated, failed;
        _connectFailure = null;
        _link = link;
        try
        {
            if (_stop.IsCancellationRequested) link.End(LinkFailure.ByThisClient);
            _queue.Attach(link)?.Write();
            failure = await link.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            _link = null;
            (repeated, failed) = _queue.Detach(failure, _options.Address);
            await dialed.Stream.DisposeAsync().ConfigureAwait(false);
        }

        if (failure.IsViolation) Log.Violated(_logger, _options.Address, failure.Reason, failed);
        else if (!_stop.IsCancellationRequested)
            Log.Lost(_logger, _options.Address, failure.Reason, repeated, failed);
        return link.HasAnswered;
    }

    /// <summary>
    /// Fails requests whose time has run out, and gives up a connection that owes replies in silence.
    /// </summary>
    private void Sweep()
    {
        try
        {
            SweepOnce();
        }
        catch (Exception failure)
        {
            Log.Faulted(_logger, failure.Message, failure); // on a timer's thread it would end the process
        }
    }

    private void SweepOnce()
    {
        long now = _clock.GetTimestamp();
        Postpone();
        int timedOut = _queue.Sweep(now, TimedOut) + _bytes.Sweep(now, OutOfRoom);
        if (timedOut > 0) Log.TimedOut(_logger, _options.Address, timedOut, _options.ResponseTimeoutMs);
        if (_link is not { } link || _queue.OldestUnanswered() is not { } oldest) return;
        TimeSpan silence = _clock.GetElapsedTime(Math.Max(link.ReceivedAt, oldest.SentAt), now);
        if (silence.TotalMilliseconds < (double)_options.ResponseTimeoutMs * Limits.SilenceTimeouts) return;
        link.End(new LinkFailure($"no byte came for {silence.TotalMilliseconds:N0} ms while replies were owed"));
    }

    /// <summary>
    /// An answer whose bytes keep coming is not late, however large it is. One that still comes at the sweeper's second
    /// look holds up all others, which are then not late either.
    /// </summary>
    private void Postpone()
    {
        Link? link = _link;
        PendingBatch? answered = link is { IsAnswering: true } ? _queue.OldestUnanswered() : null;
        if (link is not null && answered is not null)
        {
            bool isBlocking = answered == _answered;
            long until = link.ReceivedAt + ResponseTimeout;
            if (isBlocking) _bytes.Postpone(until); // before the queue: who enters in between must not be passed over
            _queue.Postpone(until, isBlocking);
        }

        _answered = answered;
    }

    private BitmapistTimeoutException OutOfRoom() =>
        Unsent(_connectFailure, $"{_bytes.Bytes:N0} bytes of other requests were still unanswered");

    private BitmapistTimeoutException TimedOut(PendingBatch batch)
    {
        string request = batch.Describe();
        if (batch.Attempts == 0) return Unsent(_connectFailure, $"{request} was waiting to be sent");
        if (batch.IsToBeRepeated)
            return Unsent(_connectFailure, $"{request} was waiting to be sent again, and may have taken effect");
        return new BitmapistTimeoutException(
            $"{_options.Address} did not answer {request} within {_options.ResponseTimeoutMs:N0} ms. It may still take "
            + $"effect. Look for slow commands (SLOWLOG GET), or raise {nameof(BitmapistOptions.ResponseTimeoutMs)}.");
    }

    /// <summary>What to add to an error about a batch that may have reached the server; empty if it has not.</summary>
    private static string Warning(PendingBatch batch) =>
        batch.Attempts == 0 ? "" : " It was sent, so it may have taken effect.";

    private BitmapistTimeoutException Unsent(BitmapistException? connectFailure, string what) =>
        new(connectFailure is null && _link is not null
            ? $"{_options.Address} took no more requests for {_options.ResponseTimeoutMs:N0} ms; {what}. It is "
                + "overloaded, or asked for too much at a time."
            : $"There was no connection to {_options.Address} within {_options.ResponseTimeoutMs:N0} ms; {what}. "
                + (connectFailure?.Message ?? "It is being made anew."),
            connectFailure);

    /// <summary>Starts what outlives the call that happens to be the first, without that call's context.</summary>
    private static T Detached<T>(Func<T> start)
    {
        if (ExecutionContext.IsFlowSuppressed()) return start();
        using (ExecutionContext.SuppressFlow()) return start();
    }

    private int DelayMs(int failures) => Backoff.DelayMs(
        failures, _options.ReconnectDelayMs, _options.ReconnectDelayMaxMs, Random.Shared.NextDouble());

    private int DelayMaxMs(int failures) =>
        Backoff.DelayMs(failures, _options.ReconnectDelayMs, _options.ReconnectDelayMaxMs, chance: 0);

    private void LogConnected(long startedAt) =>
        Log.Connected(_logger, _options.Address, (long)_clock.GetElapsedTime(startedAt).TotalMilliseconds);
}
