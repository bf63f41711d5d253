using Bitmapist.Host.Logging;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Host.Systemd;

/// <summary>
/// Tells the service manager at least twice in its time limit that the server is alive, but only when the server has
/// answered: every thread that serves connections has turned, and the write-ahead log has taken, or refused, what there
/// was. A thread of its own, as the pool's may be what is stuck.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private readonly ServiceNotifier _service;
    private readonly Func<Task> _answer;
    private readonly ILogger _logger;
    private readonly TimeSpan _interval;
    private readonly ManualResetEventSlim _ended = new();
    private readonly Thread _thread;
    private volatile bool _isStopping;

    private Watchdog(ServiceNotifier service, TimeSpan timeout, Func<Task> answer, ILogger logger)
    {
        _service = service;
        _answer = answer;
        _logger = logger;
        _interval = timeout / 4; // to wait, and again for the answer
        _thread = new Thread(Run) { IsBackground = true, Name = "bitmapist-watchdog" };
    }

    /// <summary>Begins, if the manager wants it.</summary>
    /// <param name="service">Whom to tell.</param>
    /// <param name="answer">Asks the server; completes, or fails, when it has answered.</param>
    /// <param name="logger">Where the log goes.</param>
    public static Watchdog? Start(ServiceNotifier service, Func<Task> answer, ILogger logger)
    {
        if (service.WatchdogTimeout is not { } timeout) return null;
        var watchdog = new Watchdog(service, timeout, answer, logger);
        watchdog._thread.UnsafeStart();
        return watchdog;
    }

    /// <summary>
    /// From now on the manager is told without asking the server, whose threads end: it has a limit for a stop itself.
    /// </summary>
    public void Stopping() => _isStopping = true;

    public void Dispose()
    {
        _ended.Set();
        _thread.Join();
        _ended.Dispose();
    }

    private void Run()
    {
        Task asked = Task.CompletedTask;
        bool isTold = false;
        do
        {
            if (asked.IsCompleted) asked = Task.Run(_answer);
            if (_isStopping || Answers(asked))
            {
                _service.Alive();
                isTold = false;
                continue;
            }

            if (!isTold && !_ended.IsSet) HostLog.Stuck(_logger, _interval.TotalSeconds);
            isTold = true;
        }
        while (!_ended.Wait(isTold ? TimeSpan.Zero : _interval));
    }

    /// <summary>Whether the answer comes within the interval, or the end; a failure is an answer, too.</summary>
    private bool Answers(Task asked) =>
        WaitHandle.WaitAny([((IAsyncResult)asked).AsyncWaitHandle, _ended.WaitHandle], _interval)
            != WaitHandle.WaitTimeout;
}
