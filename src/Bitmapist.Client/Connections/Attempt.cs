using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;

namespace Bitmapist.Client.Connections;

/// <summary>
/// One attempt to connect. It blocks the thread it is made on, and can be given up from any other: because its time ran
/// out, or because the client is closed. Made by one thread; given up by any.
/// </summary>
/// <param name="clock">Tells how much time is left.</param>
/// <param name="deadline">Timestamp at which its time runs out.</param>
/// <param name="resolve">Looks a host up, for as long as it likes; null for the system's resolver.</param>
internal sealed class Attempt(TimeProvider clock, long deadline, Func<string, IPAddress[]>? resolve = null)
{
    private readonly object _gate = new(); // a monitor: the look-up is waited for on it
    private Socket? _socket;
    private long _shareEnds = long.MaxValue; // timestamp at which the socket's address has had its time
    private State _state = State.UnderWay;

    private enum State
    {
        UnderWay,
        Succeeded,
        TimedOut,
        Stopped,
    }

    /// <summary>Whether it was given up because its time ran out.</summary>
    public bool IsTimedOut => Is(State.TimedOut);

    /// <summary>Whether it was given up because nobody wants the connection any more.</summary>
    public bool IsStopped => Is(State.Stopped);

    /// <summary>
    /// Names the socket that is closed when the attempt is given up; that ends every call on it. It has an equal share
    /// of the time that is left to connect: an address that swallows packets must leave some to the others.
    /// </summary>
    /// <param name="socket">To be connected.</param>
    /// <param name="addresses">How many there are yet to try, this one included.</param>
    /// <exception cref="SocketException">The attempt was given up; the socket is closed.</exception>
    public void Use(Socket socket, int addresses)
    {
        long now = clock.GetTimestamp();
        lock (_gate)
        {
            if (_state == State.UnderWay)
            {
                _socket = socket;
                _shareEnds = addresses == 1 ? long.MaxValue : now + ((deadline - now) / addresses);
                return;
            }
        }

        socket.Dispose();
        throw GivenUp();
    }

    /// <summary>The socket is connected; false: too late, it is closed.</summary>
    public bool TryKeep()
    {
        lock (_gate)
        {
            _shareEnds = long.MaxValue;
            return _socket is not null;
        }
    }

    /// <summary>Closes what has taken too long by now: an address, or the attempt.</summary>
    public void Look(long now)
    {
        if (deadline <= now)
        {
            GiveUp(State.TimedOut);
            return;
        }

        Socket? late;
        lock (_gate)
        {
            if (_state != State.UnderWay || _shareEnds > now) return;
            (late, _socket) = (_socket, null);
            _shareEnds = long.MaxValue;
        }

        late?.Dispose();
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
                found = resolve is null ? Dns.GetHostAddresses(host) : resolve(host);
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
