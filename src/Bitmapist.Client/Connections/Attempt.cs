using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;

namespace Bitmapist.Client.Connections;

/// <summary>
/// One attempt to connect. It blocks the thread it is made on, and can be given up from any other: because its time ran
/// out, or because the client is closed. Made by one thread; given up by any.
/// </summary>
/// <param name="deadline">Timestamp at which its time runs out.</param>
internal sealed class Attempt(long deadline)
{
    private readonly object _gate = new(); // a monitor: the look-up is waited for on it
    private Socket? _socket;
    private State _state = State.UnderWay;

    private enum State
    {
        UnderWay,
        Succeeded,
        TimedOut,
        Stopped,
    }

    /// <summary>Timestamp at which its time runs out.</summary>
    public long Deadline => deadline;

    /// <summary>Whether it was given up because its time ran out.</summary>
    public bool IsTimedOut => Is(State.TimedOut);

    /// <summary>Whether it was given up because nobody wants the connection any more.</summary>
    public bool IsStopped => Is(State.Stopped);

    /// <summary>Names the socket that is closed when the attempt is given up; that ends every call on it.</summary>
    /// <exception cref="SocketException">It was given up; the socket is closed.</exception>
    public void Use(Socket socket)
    {
        lock (_gate)
        {
            if (_state == State.UnderWay)
            {
                _socket = socket;
                return;
            }
        }

        socket.Dispose();
        throw GivenUp();
    }

    /// <summary>
    /// Looks a host's addresses up. The system's resolver cannot be interrupted, so it runs on a thread of its own,
    /// which is left behind when the attempt is given up, and ends when the resolver does.
    /// </summary>
    /// <exception cref="SocketException">There is no such host, or the attempt was given up.</exception>
    public IPAddress[] Resolve(string host)
    {
        IPAddress[] found = [];
        ExceptionDispatchInfo? failure = null;
        bool isDone = false;
        new Thread(() =>
        {
            try
            {
                found = Dns.GetHostAddresses(host);
            }
            catch (Exception unknown)
            {
                failure = ExceptionDispatchInfo.Capture(unknown); // thrown below, where it is waited for
            }

            lock (_gate)
            {
                isDone = true;
                Monitor.PulseAll(_gate);
            }
        }) { IsBackground = true, Name = "bitmapist dns" }.UnsafeStart();
        lock (_gate)
        {
            while (!isDone && _state == State.UnderWay) Monitor.Wait(_gate);
            if (!isDone) throw GivenUp();
        }

        failure?.Throw();
        return found;
    }

    /// <summary>Ends the attempt with a connection; false: it was given up before, and the socket is closed.</summary>
    public bool TrySucceed()
    {
        lock (_gate)
        {
            if (_state != State.UnderWay) return false;
            _state = State.Succeeded;
            return true;
        }
    }

    /// <summary>Gives it up because its time ran out. Does nothing if it is over.</summary>
    public void TimeOut() => GiveUp(State.TimedOut);

    /// <summary>Gives it up because nobody wants the connection any more. Does nothing if it is over.</summary>
    public void Stop() => GiveUp(State.Stopped);

    private static SocketException GivenUp() => new((int)SocketError.OperationAborted);

    private bool Is(State state)
    {
        lock (_gate) return _state == state;
    }

    private void GiveUp(State reason)
    {
        Socket? socket;
        lock (_gate)
        {
            if (_state != State.UnderWay) return;
            _state = reason;
            socket = _socket;
            Monitor.PulseAll(_gate);
        }

        socket?.Dispose();
    }
}
