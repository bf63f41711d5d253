using Microsoft.Extensions.Logging;

namespace Bitmapist.Client.Connections;

/// <summary>
/// The thread that makes connections and reads from them, one after another; so there is never more than one socket
/// whose replies count. Safe for concurrent use.
/// </summary>
internal sealed class ConnectionLoop
{
    private readonly BitmapistOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ClientMetrics _metrics;
    private readonly RequestQueue _queue;
    private readonly Dialer _dialer;
    private readonly LinkWriter _writer = new();
    private readonly object _gate = new(); // a monitor: delays are waited on it
    private readonly TaskCompletionSource _ended = new();
    private TaskCompletionSource? _first; // told of the first attempt, which then is the last one if it fails
    private volatile bool _isStarted;
    private volatile bool _isStopped;
    private volatile Link? _link;
    private volatile Attempt? _attempt;
    private volatile BitmapistException? _failure;

    public ConnectionLoop(
        BitmapistOptions options, TimeProvider clock, ILogger logger, ClientMetrics metrics, RequestQueue queue)
    {
        _options = options;
        _clock = clock;
        _logger = logger;
        _metrics = metrics;
        _queue = queue;
        _dialer = new Dialer(options, logger);
    }

    /// <summary>The present connection, or null.</summary>
    public Link? Link => _link;

    /// <summary>The present attempt to connect, or null.</summary>
    public Attempt? Attempt => _attempt;

    /// <summary>Why the last attempt failed; null while connected.</summary>
    public BitmapistException? Failure => _failure;

    /// <summary>Completes when the thread has ended, or will never be started.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Starts the threads unless they run already, or were stopped; whether they were.</summary>
    /// <param name="first">Completes with the first attempt, which, if it fails, is the last one; null: no end.</param>
    public bool TryStart(TaskCompletionSource? first = null)
    {
        if (_isStarted) return false; // as nearly always
        lock (_gate)
        {
            if (_isStarted || _isStopped) return false;
            _isStarted = true;
            _first = first;
        }

        _writer.Start();
        new Thread(Run) { IsBackground = true, Name = "bitmapist read" }.UnsafeStart();
        return true;
    }

    /// <summary>Ends connection and threads, for good.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            Monitor.PulseAll(_gate);
            if (!_isStarted) _ended.TrySetResult();
        }

        _attempt?.Stop();
        _link?.End(LinkFailure.ByThisClient);
        _writer.Stop();
    }

    private void Run()
    {
        bool isFirst = true;
        for (int failures = 0; !_isStopped; isFirst = false)
        {
            Dialed? dialed = null;
            try
            {
                dialed = Dial(failures);
                if (dialed is null)
                {
                    failures++;
                    continue;
                }

                if (!isFirst) _metrics.Reconnected();
                // A peer that greets and hangs up, again and again, is no reason to hurry.
                failures = Serve(dialed.Value) ? 0 : failures + 1;
            }
            catch (Exception failure)
            {
                // Whatever it is (a listener to the meter may throw anything): nobody else would connect again.
                dialed?.Socket.Dispose();
                failures++;
                var lost = new ConnectionLostException(
                    $"{_options.Address}: no connection: {failure.GetBaseException().Message}", failure);
                Log.Faulted(_logger, failure.Message, failure);
                Refuse(lost, failures);
            }
        }

        _ended.TrySetResult();
    }

    /// <summary>Waits as long as the failures so far ask for, then tries to connect, once; null: in vain.</summary>
    private Dialed? Dial(int failures)
    {
        if (!Wait(DelayMs(failures))) return null;
        long startedAt = _clock.GetTimestamp();
        var attempt = new Attempt(_clock, startedAt + (_clock.TimestampFrequency * _options.ConnectTimeoutMs / 1000));
        _attempt = attempt;
        if (_isStopped) attempt.Stop(); // which may have come before the line above
        try
        {
            Dialed dialed = _dialer.Connect(attempt);
            Log.Connected(_logger, _options.Address, (long)_clock.GetElapsedTime(startedAt).TotalMilliseconds);
            return dialed;
        }
        catch (OperationCanceledException)
        {
            return null; // The loop sees that it is to end.
        }
        catch (BitmapistException failure)
        {
            Refuse(failure, failures + 1);
            return null;
        }
        finally
        {
            _attempt = null;
        }
    }

    /// <summary>Tells whom it concerns that an attempt failed.</summary>
    private void Refuse(BitmapistException failure, int attempts)
    {
        _failure = failure;
        if (_first is { } first)
        {
            _isStopped = true; // Who connects first wants to know at once, not to wait.
            first.TrySetException(failure);
        }
        else if (failure is ServerErrorException { IsFinal: true } refusal)
        {
            Log.ConnectRefused(_logger, attempts, DelayMaxMs(attempts), failure.Message);
            _queue.FailUnsent(batch => new ServerErrorException(refusal.ServerText, batch.Attempts == 0
                ? refusal.Context
                : $"{batch.Describe()} was sent on a connection that was lost, so it may have taken effect; when "
                    + $"connecting anew, {refusal.Context}"));
        }
        else
        {
            Log.ConnectFailed(_logger, attempts, DelayMaxMs(attempts), failure.Message);
        }
    }

    /// <summary>Lets a connection live; returns, after its end, whether it answered anything.</summary>
    private bool Serve(Dialed dialed)
    {
        var link = new Link(dialed, _queue, _writer, _clock, _metrics);
        var failure = new LinkFailure("it failed within this client", IsViolation: true); // unless told otherwise
        int repeated, failed;
        _failure = null;
        _link = link;
        try
        {
            if (_isStopped) link.End(LinkFailure.ByThisClient);
            Interlocked.Exchange(ref _first, null)?.TrySetResult();
            if (_queue.Attach(link) is not null) _writer.Wake(link);
            failure = link.Run();
        }
        finally
        {
            _link = null;
            (repeated, failed) = _queue.Detach(failure, _options.Address);
            dialed.Stream.Dispose();
        }

        if (failure.IsViolation) Log.Violated(_logger, _options.Address, failure.Reason, failed);
        else if (!_isStopped) Log.Lost(_logger, _options.Address, failure.Reason, repeated, failed);
        return link.HasAnswered;
    }

    /// <summary>Lets time pass; false when the loop is to end.</summary>
    private bool Wait(int delayMs)
    {
        long until = Environment.TickCount64 + delayMs;
        lock (_gate)
        {
            while (!_isStopped && until - Environment.TickCount64 is > 0 and long restMs)
                Monitor.Wait(_gate, (int)restMs);
            return !_isStopped;
        }
    }

    private int DelayMs(int failures) => Backoff.DelayMs(
        failures, _options.ReconnectDelayMs, _options.ReconnectDelayMaxMs, Random.Shared.NextDouble());

    private int DelayMaxMs(int failures) =>
        Backoff.DelayMs(failures, _options.ReconnectDelayMs, _options.ReconnectDelayMaxMs, chance: 0);
}

/// <summary>
/// How long to wait before connecting again: not at all at first, then twice as long each time up to a bound, less up
/// to half by chance, so that the clients of a server that comes back do not all arrive at once.
/// </summary>
internal static class Backoff
{
    /// <summary>Milliseconds to wait.</summary>
    /// <param name="failures">Attempts that failed since the connection last worked.</param>
    /// <param name="firstMs">The wait after one failure.</param>
    /// <param name="maxMs">No wait is longer.</param>
    /// <param name="chance">A random number, 0 to below 1.</param>
    public static int DelayMs(int failures, int firstMs, int maxMs, double chance)
    {
        if (failures <= 0) return 0;
        double wholeMs = Math.Min(maxMs, firstMs * Math.Pow(2, Math.Min(failures - 1, 30)));
        return (int)Math.Ceiling(wholeMs * (1 - (chance / 2)));
    }
}
