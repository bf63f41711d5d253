using Bitmapist.Resp.Writing;
using Bitmapist.Server.PubSub;

namespace Bitmapist.Server.Connections;

/// <summary>
/// What others have for a client beside its replies: messages of channels, lines of MONITOR, invalidations. Any thread
/// adds, in a moment and whatever the client does; only the connection's own thread takes, between one reply and the
/// next, and writes to the <see cref="OutboundQueue"/> as it writes replies. So nothing comes into the middle of a
/// reply, and neither the queue nor the transport is ever written by two threads.
/// </summary>
/// <remarks>
/// <para>Order: messages leave in the order in which they came, and each after every reply that was written before it
/// came. A client that is running something long gets its messages after that reply.</para>
/// <para>Waking: the first message into an empty queue ends the connection's pending read, or its next one, on the
/// thread that serves it. No message is left behind: the owner looks here after every read, and a message that comes
/// behind that look finds the queue empty, and ends the next read.</para>
/// <para>Bounds: messages count, with the replies behind a slow socket, against client-output-buffer-limit; whoever
/// adds the one too many cuts the client off. What is written to a socket that keeps up is sent, after the log has
/// accepted all it may show, whenever the transport holds enough.</para>
/// </remarks>
/// <param name="wake">Ends a pending read, or the next one; from any thread.</param>
internal sealed class PushQueue(Action wake)
{
    private const int MessageBytes = 16; // the queue's own, beside the bytes of a message, which others may share
    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _messages = new();
    private long _bytes;
    private volatile bool _isWaiting;
    private bool _isClosed;

    /// <summary>There are messages.</summary>
    public bool IsWaiting => _isWaiting;

    /// <summary>Bytes of the messages that wait. From any thread.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Adds a message; it is dropped when the client is gone. From any thread.</summary>
    public void Add(byte[] message)
    {
        bool isFirst;
        lock (_gate)
        {
            if (_isClosed) return;
            _messages.Enqueue(message);
            Volatile.Write(ref _bytes, _bytes + message.Length + MessageBytes);
            isFirst = !_isWaiting;
            _isWaiting = true;
        }

        if (isFirst) wake();
    }

    /// <summary>Writes messages, until there are none or so many bytes were written. The owner's thread.</summary>
    public void Write(RespWriter output, long bytesMax)
    {
        for (long bytes = 0; bytes < bytesMax && TryTake(out byte[]? message); bytes += message.Length)
            PushFrames.Write(output, message);
    }

    /// <summary>Drops what waits, and what is still to come. From any thread.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            _messages.Clear();
            Volatile.Write(ref _bytes, 0);
            _isWaiting = false;
        }
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out byte[]? message)
    {
        lock (_gate)
        {
            bool isTaken = _messages.TryDequeue(out message);
            if (isTaken) Volatile.Write(ref _bytes, _bytes - message!.Length - MessageBytes);
            _isWaiting = _messages.Count > 0;
            return isTaken;
        }
    }
}
