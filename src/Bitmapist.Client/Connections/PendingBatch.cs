using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Connections;

/// <summary>
/// A batch under way: its bytes, copied, because the caller may give up and fill its own buffer anew while they are
/// still being sent; the replies so far; and the caller's task. The task may end early (cancelled, timed out): the
/// batch keeps its place in line all the same, so that its replies are read as its own and dropped.
/// </summary>
/// <remarks>
/// Bytes are taken and given back under the lock of <see cref="RequestQueue"/>; replies are added by the connection's
/// reader alone. The thread that ends the task runs what awaits it, within the call: this library's code, which does
/// not block. A hop to the thread pool would make the reply depend on a thread that callers may have blocked.
/// </remarks>
internal sealed class PendingBatch : TaskCompletionSource<IReadOnlyList<Reply>>
{
    private readonly SendMode _mode;
    private readonly Reply[] _replies;
    private readonly int _requests;
    private byte[] _wire;
    private int _takenBytes;
    private int _received;

    /// <summary>Copies a batch.</summary>
    /// <param name="batch">The requests; at least one.</param>
    /// <param name="mode">How they run.</param>
    /// <param name="deadline">Timestamp at which the caller stops waiting.</param>
    public PendingBatch(RequestBatch batch, SendMode mode, long deadline)
    {
        _mode = mode;
        _requests = batch.Count;
        IsRepeatable = batch.IsRepeatable;
        Deadline = deadline;
        WireBytes = FramedBytes(batch.Wire.Length, mode);
        _wire = ArrayPool<byte>.Shared.Rent(WireBytes);
        bool isTransaction = mode == SendMode.Transaction;
        _replies = new Reply[batch.Count + (isTransaction ? ExecReplies.FrameReplies : 0)];
        Span<byte> rest = _wire;
        if (isTransaction) Append(ref rest, ExecReplies.Opening);
        Append(ref rest, batch.Wire.Span);
        if (isTransaction) Append(ref rest, ExecReplies.Closing);
    }

    /// <summary>Bytes on the wire.</summary>
    public int WireBytes { get; }

    /// <summary>See <see cref="RequestBatch.IsRepeatable"/>.</summary>
    public bool IsRepeatable { get; }

    /// <summary>Timestamp at which the caller stops waiting; see <see cref="Postpone"/>.</summary>
    public long Deadline { get; private set; }

    /// <summary>Timestamp at which the first byte was taken, last time.</summary>
    public long SentAt { get; private set; }

    /// <summary>Times that sending it was begun.</summary>
    public int Attempts { get; private set; }

    /// <summary>Whether it was sent on a connection that is gone, and waits to be sent again.</summary>
    public bool IsToBeRepeated => Attempts > 0 && _takenBytes == 0;

    /// <summary>Whether all bytes were taken.</summary>
    public bool IsTaken => _takenBytes == WireBytes;

    /// <summary>Whether nobody waits for the outcome any more.</summary>
    public bool IsAbandoned => Task.IsCompleted;

    /// <summary>Bytes that requests of so many bytes take on the wire.</summary>
    /// <exception cref="ArgumentException">They exceed <see cref="ClientLimits.BatchBytesMax"/>.</exception>
    public static int FramedBytes(int bytes, SendMode mode)
    {
        if (bytes > ClientLimits.BatchBytesMax)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"A batch may have {ClientLimits.BatchBytesMax:N0} bytes, not {bytes:N0}: send it in parts."),
                nameof(bytes));
        }

        return mode == SendMode.Pipeline
            ? bytes
            : bytes + ExecReplies.Opening.Length + ExecReplies.Closing.Length;
    }

    /// <summary>Begins to send.</summary>
    public void Begin(long now)
    {
        SentAt = now;
        Attempts++;
    }

    /// <summary>Lets the caller wait at least until a later timestamp.</summary>
    public void Postpone(long until) => Deadline = Math.Max(Deadline, until);

    /// <summary>Copies the next bytes to be sent; returns how many.</summary>
    public int Take(Span<byte> target)
    {
        int bytes = Math.Min(target.Length, WireBytes - _takenBytes);
        _wire.AsSpan(_takenBytes, bytes).CopyTo(target);
        _takenBytes += bytes;
        return bytes;
    }

    /// <summary>Forgets what was sent and what was answered, to be sent again.</summary>
    public void Restart()
    {
        _takenBytes = 0;
        _received = 0;
    }

    /// <summary>Adds the next reply; true when it was the last.</summary>
    public bool Add(Reply reply)
    {
        _replies[_received++] = reply;
        return _received == _replies.Length;
    }

    /// <summary>
    /// Gives the bytes back to the pool and tells the caller, if it still waits. The batch has left its line.
    /// </summary>
    public void Complete()
    {
        Debug.Assert(_received == _replies.Length, "A batch completes with its last reply.");
        IReadOnlyList<Reply> replies = _replies;
        BitmapistException? refused = null;
        if (_mode == SendMode.Transaction && !IsAbandoned)
        {
            try
            {
                replies = ExecReplies.Unwrap(_replies, _wire.AsSpan(0, WireBytes));
            }
            catch (BitmapistException refusal)
            {
                refused = refusal;
            }
        }

        Release();
        if (refused is null) TrySetResult(replies);
        else TrySetException(refused);
    }

    /// <summary>Gives the bytes back to the pool; nothing may be taken or described any more.</summary>
    public void Release()
    {
        ArrayPool<byte>.Shared.Return(_wire);
        _wire = [];
    }

    /// <summary>The first request still unanswered, and how many more there are, for an error.</summary>
    public string Describe()
    {
        string first = RequestText.At(_wire.AsSpan(0, WireBytes), Math.Min(_received, _replies.Length - 1));
        if (_mode == SendMode.Transaction) return $"a transaction of {_requests} requests (now at {first})";
        int more = _replies.Length - _received - 1;
        return more > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{first} (and {more:N0} more requests)") : first;
    }

    private static void Append(ref Span<byte> target, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(target);
        target = target[bytes.Length..];
    }
}

/// <summary>
/// The frame of a transaction on the wire, and what its replies come to: one to MULTI, one to each request (QUEUED or
/// an error), one to EXEC.
/// </summary>
internal static class ExecReplies
{
    /// <summary>Replies beyond those of the requests.</summary>
    public const int FrameReplies = 2;

    /// <summary>MULTI.</summary>
    public static ReadOnlySpan<byte> Opening => "*1\r\n$5\r\nMULTI\r\n"u8;

    /// <summary>EXEC.</summary>
    public static ReadOnlySpan<byte> Closing => "*1\r\n$4\r\nEXEC\r\n"u8;

    /// <summary>The replies of the requests, as EXEC gave them.</summary>
    /// <param name="replies">All replies, of MULTI and EXEC too.</param>
    /// <param name="wire">The requests, MULTI and EXEC too.</param>
    /// <exception cref="ServerErrorException">The server refused the transaction.</exception>
    /// <exception cref="ProtocolViolationException">The replies are not those of a transaction.</exception>
    public static IReadOnlyList<Reply> Unwrap(Reply[] replies, ReadOnlySpan<byte> wire)
    {
        int requests = replies.Length - FrameReplies;
        // Without MULTI its requests ran on their own.
        if (replies[0].IsError)
            throw ServerErrorException.Of(replies[0], "The server refused MULTI, so the requests ran one by one");
        Reply outcome = replies[^1];
        for (int i = 1; i <= requests && (outcome.IsError || outcome.IsNull); i++)
        {
            if (!replies[i].IsError) continue;
            string request = RequestText.At(wire, i);
            throw ServerErrorException.Of(
                replies[i], $"The server refused {request}, so nothing of the transaction ({requests} requests) ran");
        }

        if (outcome.IsError)
            throw ServerErrorException.Of(outcome, $"The server refused a transaction of {requests} requests");
        if (outcome.IsNull)
        {
            throw new ServerErrorException(
                "EXECABORT a watched key was changed", $"The server dropped a transaction of {requests} requests");
        }

        if (outcome.Kind == ReplyKind.Array && outcome.Items.Count == requests) return outcome.Items;
        throw new ProtocolViolationException(
            $"EXEC of {requests} requests was answered with {Shown(outcome)}, which is not a reply per request.");
    }

    private static string Shown(Reply reply)
    {
        string text = reply.ToString();
        const int Shown = ClientLimits.ShownCharactersMax;
        return text.Length <= Shown ? text : $"{text.AsSpan(0, Shown)}…";
    }
}
