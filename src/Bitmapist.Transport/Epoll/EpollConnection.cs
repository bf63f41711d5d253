using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Loops;

namespace Bitmapist.Transport.Epoll;

/// <summary>A connection served by an <see cref="EpollLoop"/>. The loop's thread's.</summary>
internal sealed class EpollConnection : LoopConnection
{
    public EpollConnection(EpollLoop loop, int descriptor, LoopListener listener)
        : base(loop, descriptor) => (RemoteEndPoint, LocalEndPoint) = listener.EndPointsOf(descriptor);

    /// <summary>What epoll reports of its socket, besides errors.</summary>
    public uint Interest { get; set; }

    /// <summary>Whether epoll reports anything of it, errors included.</summary>
    public bool IsWatched { get; set; }

    /// <summary>The socket takes no more for now; epoll says when it does.</summary>
    public bool IsBlocked { get; set; }

    /// <summary>What epoll should report.</summary>
    public uint WantedInterest =>
        (IsPaused || IsInputEnded ? 0 : EpollApi.Readable) | (IsBlocked ? EpollApi.Writable : 0);
}
