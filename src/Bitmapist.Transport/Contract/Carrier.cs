using System.Net.Sockets;

namespace Bitmapist.Transport.Contract;

/// <summary>Accepts connections and carries their bytes, in one of several ways.</summary>
internal abstract class Carrier : IDisposable
{
    /// <summary>Which way it is.</summary>
    public abstract TransportKind Kind { get; }

    /// <summary>Threads of its own that serve connections; 0: the pool's do.</summary>
    public abstract int Loops { get; }

    /// <summary>Accepts connections on a bound and listening socket, which stays the caller's.</summary>
    public abstract void Listen(Socket socket);

    /// <summary>
    /// Completes when every thread that serves connections has done something more: never, if one hangs or has failed.
    /// </summary>
    public abstract Task TurnAsync();

    /// <summary>Completes when nothing is accepted on one socket any more; not to be closed before, either.</summary>
    public abstract Task StopListeningAsync(Socket socket);

    /// <summary>
    /// Completes when nothing is accepted any more: the sockets are not to be closed before, as somebody else's may get
    /// their numbers then.
    /// </summary>
    public abstract Task StopListeningAsync();

    /// <summary>Ends what serves connections, and cuts those that are left. Not from such a thread.</summary>
    public abstract void Dispose();
}
