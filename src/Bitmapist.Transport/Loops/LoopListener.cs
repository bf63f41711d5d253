using System.Net;
using System.Net.Sockets;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Linux;
using Microsoft.Extensions.Logging;

namespace Bitmapist.Transport.Loops;

/// <summary>
/// A listening socket. One loop accepts for all, and gives a connection to the one with the fewest: with a socket per
/// loop (SO_REUSEPORT) the kernel would deal connections out by hash, so that a pool of fifty is served by some loops
/// twice as much as by others, and a second server could take the same port unnoticed.
/// </summary>
internal sealed class LoopListener(
    Socket socket, IReadOnlyList<LoopThread> loops, Action<TransportConnection> accepted, TransportOptions options,
    ILogger logger)
{
    private int _next;
    private EndPoint? _lastLocal; // any thread's; which of two is kept makes no difference

    /// <summary>The listening socket's descriptor.</summary>
    public int Descriptor { get; } = (int)socket.Handle;

    /// <summary>Where it listens.</summary>
    public EndPoint LocalEndPoint { get; } = socket.LocalEndPoint!;

    /// <summary>Clients of a unix socket have no names; they are shown by the socket's.</summary>
    private bool IsUnix => LocalEndPoint is UnixDomainSocketEndPoint;

    /// <summary>Accepts no more; a pending accept may still end.</summary>
    public bool IsStopped { get; set; }

    /// <summary>Says what goes wrong with it; not every time.</summary>
    public ListenReport Report { get; } = new(logger, socket.LocalEndPoint!);

    /// <summary>Gives a new socket to a loop, or refuses it. The accepting loop's.</summary>
    public void Deal(LoopThread acceptor, int descriptor)
    {
        if (options.Admit is { } admit && !admit())
        {
            Refuse(descriptor);
            return;
        }

        LoopThread least = loops[_next];
        for (int i = 1; i < loops.Count; i++)
        {
            LoopThread candidate = loops[(_next + i) % loops.Count];
            if (candidate.ConnectionCount < least.ConnectionCount) least = candidate;
        }

        _next = (_next + 1) % loops.Count;
        least.Reserve();
        if (least == acceptor) least.Adopt(descriptor, this);
        else least.Post(() => least.Adopt(descriptor, this));
    }

    /// <summary>Has the connection served. Its loop's.</summary>
    public void Accepted(LoopConnection connection) => accepted(connection);

    /// <summary>The peer's address and the one it connected to.</summary>
    public (EndPoint? Remote, EndPoint? Local) EndPointsOf(int descriptor) => IsUnix
        ? (LocalEndPoint, LocalEndPoint)
        : (SocketAddresses.Peer(descriptor), Shared(SocketAddresses.Local(descriptor)));

    /// <summary>Nearly all connections have the same local address: one object for all of them in a row.</summary>
    private EndPoint? Shared(EndPoint? local)
    {
        EndPoint? last = _lastLocal;
        if (local is not null && local.Equals(last)) return last;
        return _lastLocal = local;
    }

    /// <summary>
    /// Nothing is waited for: a new socket has room for a line, and what its client may have sent already is taken from
    /// it, so that closing does not discard the line.
    /// </summary>
    private unsafe void Refuse(int descriptor)
    {
        fixed (byte* refusal = options.Refusal.Span)
        {
            if (refusal is not null)
                _ = LibC.Send(descriptor, refusal, options.Refusal.Length, LibC.NoSignal | LibC.DontWait);
        }

        const int UnreadBytes = 1024;
        byte* unread = stackalloc byte[UnreadBytes];
        _ = LibC.Receive(descriptor, unread, UnreadBytes, LibC.DontWait);
        _ = LibC.Shutdown(descriptor, LibC.ShutdownBoth);
        _ = LibC.Close(descriptor);
    }
}
