using System.Collections.Concurrent;
using System.Net.Sockets;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.Loops;

/// <summary>Threads that serve connections, by epoll or io_uring; the first accepts for all.</summary>
internal sealed class LoopCarrier : Carrier
{
    private readonly LoopThread[] _loops;
    private readonly ConcurrentDictionary<Socket, LoopListener> _listeners = [];
    private readonly Func<Socket, LoopThread[], LoopListener> _listen;

    /// <param name="kind">Which way the loops carry.</param>
    /// <param name="count">How many.</param>
    /// <param name="create">Makes a loop of a number.</param>
    /// <param name="listen">Makes what deals a socket's connections out to loops.</param>
    /// <exception cref="IOException">The system lacks something; no thread is left.</exception>
    public LoopCarrier(
        TransportKind kind, int count, Func<int, LoopThread> create, Func<Socket, LoopThread[], LoopListener> listen)
    {
        Kind = kind;
        _listen = listen;
        _loops = [.. Enumerable.Range(0, count).Select(create)];
        int started = 0;
        try
        {
            foreach (LoopThread loop in _loops)
            {
                loop.Start();
                started++;
            }
        }
        catch
        {
            foreach (LoopThread loop in _loops.Take(started)) loop.Stop();
            throw;
        }
    }

    public override TransportKind Kind { get; }

    public override int Loops => _loops.Length;

    public override void Listen(Socket socket)
    {
        LoopListener listener = _listen(socket, _loops);
        _listeners[socket] = listener;
        _loops[0].Post(() => _loops[0].Listen(listener));
    }

    public override Task TurnAsync() => Task.WhenAll(_loops.Select(loop =>
    {
        var turned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(turned.SetResult);
        return turned.Task;
    }));

    public override Task StopListeningAsync()
    {
        LoopListener[] listeners = [.. _listeners.Values];
        _listeners.Clear();
        return StopAsync(listeners);
    }

    public override Task StopListeningAsync(Socket socket) =>
        _listeners.TryRemove(socket, out LoopListener? listener) ? StopAsync([listener]) : Task.CompletedTask;

    /// <summary>Has something done on the thread that accepts.</summary>
    public void Post(Action action) => _loops[0].Post(action);

    public override void Dispose()
    {
        foreach (LoopThread loop in _loops) loop.Stop();
    }

    private async Task StopAsync(LoopListener[] listeners)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _loops[0].Post(() =>
        {
            foreach (LoopListener listener in listeners) _loops[0].StopListening(listener);
            stopped.SetResult();
        });
        // A loop that has failed answers nothing, and accepts nothing either.
        await Task.WhenAny(stopped.Task, _loops[0].Ended).ConfigureAwait(false);
    }
}
