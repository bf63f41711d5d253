using System.Net.Sockets;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Connections;

/// <summary>
/// One socket's life, from handshake to end: a loop that reads replies and hands them to the batches they belong to,
/// and a writer that runs while there is something to write: the caller's thread where that cannot block it, else a
/// thread for it. All calls on the socket block; asynchronous ones would be completed on the thread pool.
/// </summary>
internal sealed class Link
{
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly RequestQueue _queue;
    private readonly LinkWriter _writer;
    private readonly TimeProvider _clock;
    private readonly ClientMetrics _metrics;
    private readonly byte[] _outgoing = new byte[ClientLimits.WriteBufferBytes];
    private LinkFailure? _failure;
    private long _receivedAt;
    private long _replies;
    private bool _isAnswering;

    public Link(Dialed dialed, RequestQueue queue, LinkWriter writer, TimeProvider clock, ClientMetrics metrics)
    {
        (_socket, _stream) = dialed;
        _queue = queue;
        _writer = writer;
        _clock = clock;
        _metrics = metrics;
        _receivedAt = clock.GetTimestamp();
    }

    /// <summary>Timestamp of the last byte received, or of the start.</summary>
    public long ReceivedAt => Volatile.Read(ref _receivedAt);

    /// <summary>Whether the oldest batch was answered in part when the last bytes came.</summary>
    public bool IsAnswering => Volatile.Read(ref _isAnswering);

    /// <summary>Whether a reply came: the peer does answer requests, not only handshakes.</summary>
    public bool HasAnswered => Volatile.Read(ref _replies) > 0;

    /// <summary>
    /// Reads until the end, which it returns; the socket is closed then. Callers go on within it when their replies are
    /// there.
    /// </summary>
    public LinkFailure Run()
    {
        var reader = new ReplyReader
        {
            BulkBytesMax = ClientLimits.ReplyBulkBytesMax, ElementsMax = ClientLimits.ReplyElementsMax,
        };
        var incoming = new byte[ClientLimits.ReadBufferBytes];
        PendingBatch? current = null;
        try
        {
            while (true)
            {
                int received = _stream.Read(incoming);
                if (received == 0) return End(Farewell(reader.IsInsideReply));
                Volatile.Write(ref _receivedAt, _clock.GetTimestamp());
                _metrics.Received(received);
                if (HandOut(reader, incoming.AsSpan(0, received), ref current) is { } violation)
                    return End(new LinkFailure(violation, IsViolation: true));
                Volatile.Write(ref _isAnswering, current is not null || reader.IsInsideReply);
            }
        }
        catch (Exception failure)
        {
            return End(Explain(failure));
        }
    }

    /// <summary>
    /// Writes what the queue has, or has it written. Called by the thread that the queue named as writer. Does not
    /// block.
    /// </summary>
    /// <param name="isQuiet">Whether nothing else was under way; see <see cref="RequestQueue.Add"/>.</param>
    public void Write(bool isQuiet)
    {
        if (!isQuiet || WriteOnce(ClientLimits.CallerWriteBytes)) _writer.Wake(this);
    }

    /// <summary>Writes what the queue has until it has no more; blocks while the socket takes no more.</summary>
    public void WriteAll()
    {
        while (WriteOnce(_outgoing.Length))
        {
        }
    }

    /// <summary>Ends the connection; the first reason given is the one that counts.</summary>
    public LinkFailure End(LinkFailure reason)
    {
        LinkFailure first = Interlocked.CompareExchange(ref _failure, reason, null) ?? reason;
        if (first == LinkFailure.ByThisClient) _socket.Dispose();
        // With a reset: what the system has yet to send must not arrive after it was sent again elsewhere.
        else _socket.Close(timeout: 0);
        return first;
    }

    /// <summary>
    /// What reading, writing and closing a socket or its TLS throws is an ordinary loss. Anything else is a bug of
    /// ours: nothing is sent again then.
    /// </summary>
    private static LinkFailure Explain(Exception failure)
    {
        bool isOfSocket =
            failure is IOException or SocketException or ObjectDisposedException or InvalidOperationException;
        return new LinkFailure(failure.GetBaseException().Message, IsViolation: !isOfSocket, failure);
    }

    private static LinkFailure Farewell(bool isInsideReply) =>
        new(isInsideReply ? "the server closed it in the middle of a reply" : "the server closed it");

    /// <summary>Gives replies to their batches; returns what is wrong with them, or null.</summary>
    private string? HandOut(ReplyReader reader, ReadOnlySpan<byte> input, ref PendingBatch? current)
    {
        while (!input.IsEmpty)
        {
            ReplyStatus status = reader.Read(input, out int consumedBytes);
            if (status == ReplyStatus.Invalid) return reader.Error;
            if (status == ReplyStatus.Incomplete) return null;
            input = input[consumedBytes..];
            current ??= _queue.OldestUnanswered();
            if (current is null) return $"a reply that answers nothing ({Excerpt(reader.Reply)})";
            Volatile.Write(ref _replies, _replies + 1);
            if (!current.Add(reader.Reply)) continue;
            if (!_queue.TryComplete(current)) return "more replies than requests were sent";
            current = null;
        }

        return null;
    }

    private static string Excerpt(Reply reply)
    {
        string text = reply.ToString();
        const int Shown = ClientLimits.ShownCharactersMax;
        return text.Length <= Shown ? text : $"{text.AsSpan(0, Shown)}…";
    }

    /// <summary>Writes some bytes; whether there are more, and the writer is still the caller of this.</summary>
    private bool WriteOnce(int bytesMax)
    {
        try
        {
            int bytes = _queue.Take(this, _outgoing.AsSpan(0, bytesMax), _clock.GetTimestamp());
            if (bytes == 0) return false;
            _stream.Write(_outgoing, 0, bytes);
            _metrics.Sent(bytes);
            return _queue.NeedsAnotherWriter(this);
        }
        catch (Exception failure)
        {
            End(Explain(failure));
            return false;
        }
    }
}

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

/// <summary>Why a socket's life ended.</summary>
/// <param name="Reason">In words, as the end of a sentence: "the server closed it".</param>
/// <param name="IsViolation">Whether the server sent what is no reply; its requests are then not repeated.</param>
/// <param name="Cause">The exception behind it, if there was one.</param>
internal sealed record LinkFailure(string Reason, bool IsViolation = false, Exception? Cause = null)
{
    /// <summary>The end that <see cref="IAsyncDisposable.DisposeAsync"/> makes.</summary>
    public static readonly LinkFailure ByThisClient = new("it was closed by this client");

    /// <summary>What a batch that awaited replies fails with.</summary>
    public BitmapistException ToException(PendingBatch batch, string address)
    {
        string request = batch.Describe();
        if (IsViolation)
        {
            return new ProtocolViolationException(
                $"{address} sent what is no reply to {request}: {Reason}. The connection was closed and is made anew; "
                + "check that a Redis server listens there, and on this port.", Cause);
        }

        string advice = batch.IsRepeatable
            ? $"It was sent {batch.Attempts} times, and the connection was lost each time; see the server's log."
            : "It may have taken effect; ask the server before repeating it.";
        return new ConnectionLostException(
            $"The connection to {address} was lost while {request} awaited a reply: {Reason}. {advice}", Cause);
    }

    /// <summary>What a request fails with after the client was disposed; its user knows no link.</summary>
    public static ObjectDisposedException Disposed() => new($"Bitmapist.Client.{nameof(BitmapistClient)}");
}
