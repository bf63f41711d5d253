namespace Bitmapist.Client.Connections;

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
