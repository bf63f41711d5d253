namespace Bitmapist.Client.Connections;

/// <summary>
/// The thread that writes what callers leave: a socket that takes no more blocks it, and nobody else. Safe for
/// concurrent use.
/// </summary>
internal sealed class LinkWriter
{
    private readonly object _gate = new(); // a monitor: the thread waits on it
    private readonly Queue<Link> _woken = new(); // each has something to write, or had; one at a time as a rule
    private bool _isStopped;

    /// <summary>Starts the thread.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "bitmapist write" }.UnsafeStart();

    /// <summary>Has the thread write what waits for a socket. Whom the queue named as its writer calls this.</summary>
    public void Wake(Link link)
    {
        lock (_gate)
        {
            _woken.Enqueue(link);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Ends the thread; a socket it writes to must be closed for that.</summary>
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
        while (Next() is { } link) link.WriteAll();
    }

    private Link? Next()
    {
        lock (_gate)
        {
            while (!_isStopped && _woken.Count == 0) Monitor.Wait(_gate);
            return _isStopped ? null : _woken.Dequeue();
        }
    }
}
