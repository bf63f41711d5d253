using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Client.Connections;

/// <summary>
/// How long callers wait, and what they are told when they waited in vain. Looks at everything that waits, again and
/// again, on a thread of its own, and gives up a connection that owes replies in silence.
/// </summary>
internal sealed class Patience
{
    private readonly BitmapistOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ConnectionLoop _loop;
    private readonly RequestQueue _queue;
    private readonly ByteGate _bytes;
    private readonly PeriodicThread _thread;
    private PendingBatch? _answered; // what was being answered at the last look

    public Patience(
        BitmapistOptions options, TimeProvider clock, ILogger logger, ConnectionLoop loop, RequestQueue queue,
        ByteGate bytes)
    {
        _options = options;
        _clock = clock;
        _logger = logger;
        _loop = loop;
        _queue = queue;
        _bytes = bytes;
        int shorterMs = Math.Min(options.ResponseTimeoutMs, options.ConnectTimeoutMs);
        _thread = new PeriodicThread(
            "bitmapist clock", Math.Clamp(shorterMs / 10, ClientLimits.SweepMsMin, ClientLimits.SweepMsMax), Look);
    }

    /// <summary>The timeout of replies in the clock's timestamps.</summary>
    public long ResponseTimeout => _clock.TimestampFrequency * _options.ResponseTimeoutMs / 1000;

    /// <summary>Starts to look.</summary>
    public void Start() => _thread.Start();

    /// <summary>Ends it.</summary>
    public void Stop() => _thread.Stop();

    private void Look()
    {
        try
        {
            LookOnce();
        }
        catch (Exception failure)
        {
            Log.Faulted(_logger, failure.Message, failure); // or the thread, and with it the process, would end
        }
    }

    private void LookOnce()
    {
        long now = _clock.GetTimestamp();
        _loop.Attempt?.Look(now);
        Postpone();
        int timedOut = _queue.Sweep(now, TimedOut) + _bytes.Sweep(now, OutOfRoom);
        if (timedOut > 0) Log.TimedOut(_logger, _options.Address, timedOut, _options.ResponseTimeoutMs);
        if (_loop.Link is not { } link || _queue.OldestUnanswered() is not { } oldest) return;
        TimeSpan silence = _clock.GetElapsedTime(Math.Max(link.ReceivedAt, oldest.SentAt), now);
        if (silence.TotalMilliseconds < (double)_options.ResponseTimeoutMs * ClientLimits.SilenceTimeouts) return;
        link.End(new LinkFailure(string.Create(CultureInfo.InvariantCulture,
            $"no byte came for {silence.TotalMilliseconds:N0} ms while replies were owed")));
    }

    /// <summary>
    /// An answer whose bytes keep coming is not late, however large it is. One that still comes at the second look
    /// holds up all others, which are then not late either.
    /// </summary>
    private void Postpone()
    {
        Link? link = _loop.Link;
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
        Unsent(_loop.Failure, string.Create(
            CultureInfo.InvariantCulture, $"{_bytes.Bytes:N0} bytes of other requests were still unanswered"));

    private BitmapistTimeoutException TimedOut(PendingBatch batch)
    {
        string request = batch.Describe();
        if (batch.Attempts == 0) return Unsent(_loop.Failure, $"{request} was waiting to be sent");
        if (batch.IsToBeRepeated)
            return Unsent(_loop.Failure, $"{request} was waiting to be sent again, and may have taken effect");
        return new BitmapistTimeoutException(string.Create(CultureInfo.InvariantCulture,
            $"{_options.Address} did not answer {request} within {_options.ResponseTimeoutMs:N0} ms. It may still take "
            + $"effect. See what the server is doing (INFO commandstats has the time that each command took), or raise "
            + $"{nameof(BitmapistOptions.ResponseTimeoutMs)}."));
    }

    private BitmapistTimeoutException Unsent(BitmapistException? connectFailure, string what) =>
        new(connectFailure is null && _loop.Link is not null
            ? string.Create(CultureInfo.InvariantCulture,
                $"{_options.Address} took no more requests for {_options.ResponseTimeoutMs:N0} ms; {what}. It is "
                + $"overloaded, or asked for too much at a time.")
            : string.Create(CultureInfo.InvariantCulture,
                $"There was no connection to {_options.Address} within {_options.ResponseTimeoutMs:N0} ms; {what}. "
                + $"{connectFailure?.Message ?? "It is being made anew."}"),
            connectFailure);
}

/// <summary>
/// Does something again and again on a thread of its own. A timer would do it on the thread pool, which may be blocked
/// by the very callers whose time runs out.
/// </summary>
/// <param name="name">The thread's name.</param>
/// <param name="periodMs">Milliseconds from the end of one time to the next.</param>
/// <param name="work">What to do; it must not throw.</param>
internal sealed class PeriodicThread(string name, int periodMs, Action work)
{
    private readonly object _gate = new(); // a monitor: the thread waits on it
    private bool _isStopped;

    /// <summary>Starts the thread.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = name }.UnsafeStart();

    /// <summary>Ends the thread; what it does at present it finishes.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            Monitor.Pulse(_gate);
        }
    }

    private void Run()
    {
        while (true)
        {
            lock (_gate)
            {
                if (!_isStopped) Monitor.Wait(_gate, periodMs);
                if (_isStopped) return;
            }

            work();
        }
    }
}
