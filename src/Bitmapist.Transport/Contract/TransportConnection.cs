using System.IO.Pipelines;
using System.Net;

namespace Bitmapist.Transport.Contract;

/// <summary>
/// One accepted connection: bytes in, bytes out. Each pipe is used by one thread at a time; reads and writes may
/// overlap.
/// </summary>
/// <remarks>
/// <para><see cref="Input"/> completes when the peer sends no more; replies may go on after that. It fails with an
/// <see cref="IOException"/> when the connection was reset. While more than
/// <see cref="TransportOptions.InputPauseBytes"/> are unread, nothing is taken from the socket.</para>
/// <para><see cref="Output"/>'s FlushAsync hands the bytes over and returns at once, unless more than
/// <see cref="TransportOptions.OutputPauseBytes"/> are unsent: then it completes when half of that is. Its result is
/// completed once the peer is gone: bytes have nowhere to go any more.</para>
/// <para>Continuations of both run on the thread that found the socket ready, which serves other connections too:
/// work of more than some tens of microseconds belongs elsewhere.</para>
/// </remarks>
public abstract class TransportConnection : IDuplexPipe, IAsyncDisposable
{
    public abstract PipeReader Input { get; }

    public abstract PipeWriter Output { get; }

    /// <summary>The peer; for a unix socket the socket's own path, since its clients have none.</summary>
    public EndPoint? RemoteEndPoint { get; protected init; }

    /// <summary>Where the peer connected to.</summary>
    public EndPoint? LocalEndPoint { get; protected init; }

    /// <summary>The socket's number in this process; -1 where it is none of ours.</summary>
    public virtual int Descriptor => -1;

    /// <summary>
    /// Has the loop that serves the connection do something once every reader of its present turn has run, before it
    /// sends what they flushed: what is then done once serves all of them.
    /// </summary>
    /// <returns>False, and it is not done, where the caller is no loop's thread.</returns>
    public virtual bool TryAtTurnEnd(ITurnEnd work) => false;

    /// <summary>
    /// Told, on any thread, that nothing more comes from the peer, while its reader may be busy with what came before,
    /// or wait for something else. Set before the first read. Only carriers with loops tell; with others a reader sees
    /// it when it reads.
    /// </summary>
    public virtual Action? InputEnded { get; set; }

    /// <summary>
    /// The caller is the thread that serves the connection, and that has served no other for some milliseconds: work
    /// that takes somewhat longer, done here, keeps nobody waiting, and going elsewhere with it costs two switches.
    /// </summary>
    public virtual bool IsServedAlone => false;

    /// <summary>
    /// Cuts the connection: what is unsent is dropped, a pending read ends, a pending flush completes. From any thread;
    /// again and again if need be.
    /// </summary>
    public abstract void Abort();

    /// <summary>
    /// Closes the connection after what was flushed is sent; completes when it is closed. A peer that does not take its
    /// bytes is cut off after <see cref="TransportOptions.ClosePatience"/>.
    /// </summary>
    public abstract ValueTask DisposeAsync();
}
