using System.Buffers;
using System.Runtime.ExceptionServices;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Commands.Transactions;

/// <summary>
/// The replies of a transaction, in order and as of the instant when it ran: short ones as bytes, the others as what
/// their commands left to be done, which turns into bytes when its turn comes. So a transaction of a thousand GETs of
/// one long string holds that string once. Filled by one thread, and then written by one.
/// </summary>
/// <param name="first">Where the first bytes go; more go to buffers of their own.</param>
internal sealed class TransactionReplies(ArrayBufferWriter<byte> first)
{
    private readonly List<(ReadOnlyMemory<byte> Bytes, DeferredReply? Reply, RespVersion Version)> _parts = [];
    private ArrayBufferWriter<byte> _open = first;
    private int _from;
    private int _next;

    /// <summary>Where the next reply's bytes go.</summary>
    public IBufferWriter<byte> Writer => _open;

    /// <summary>There is nothing but bytes, and few of them.</summary>
    public bool IsPlain => _parts.Count == 0;

    /// <summary>Bytes of all replies, about, an estimate from above until the work is done.</summary>
    public long LengthBytes { get; private set; }

    /// <summary>What it costs to do what the commands left.</summary>
    public long Cost { get; private set; }

    /// <summary>Bytes of the replies that are bytes.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>
    /// Call after each command: takes what it left, if anything, for its place among the replies.
    /// </summary>
    /// <param name="left">What it left.</param>
    /// <param name="version">The protocol when it was run; a HELLO may come behind it.</param>
    public void EndReply(DeferredReply? left, RespVersion version)
    {
        if (left is null && _open.WrittenCount - _from < ServerLimits.StreamPieceBytes) return;
        Seal(left, version);
        long cost = left?.Cost ?? 0;
        Cost = cost > long.MaxValue - Cost ? long.MaxValue : Cost + cost; // what waits for a disk costs without end
        AddLength(left?.LengthBytes ?? 0);
    }

    /// <summary>Call after the last command.</summary>
    public void End()
    {
        if (IsPlain) LengthBytes = WrittenBytes = _open.WrittenCount;
        else Seal(null, default);
    }

    /// <summary>
    /// Does what the commands left: all of it, whatever comes of one of them, as others may wait for its results; but
    /// not what no client waits for, once the client is cut off.
    /// </summary>
    /// <param name="server">The server.</param>
    /// <param name="isCutOff">Told the bytes that the parts done so far hold; whether the client is cut off.</param>
    public void Finish(ServerState server, Func<long, bool> isCutOff)
    {
        long heldBytes = WrittenBytes;
        ExceptionDispatchInfo? first = null;
        LengthBytes = WrittenBytes;
        foreach ((_, DeferredReply? left, _) in _parts)
        {
            if (left is null || (left.IsForItselfAlone && isCutOff(heldBytes))) continue;
            try
            {
                left.Finish(server);
                heldBytes += left.HeldBytes;
                AddLength(left.LengthBytes);
            }
            catch (Exception bug)
            {
                first ??= ExceptionDispatchInfo.Capture(bug);
            }
        }

        first?.Throw();
    }

    /// <summary>Writes the next piece; what is written is dropped.</summary>
    /// <returns>Whether another piece follows.</returns>
    public bool WriteNext(RespWriter reply)
    {
        if (IsPlain)
        {
            reply.WriteRaw(_open.WrittenSpan);
            return false;
        }

        (ReadOnlyMemory<byte> bytes, DeferredReply? left, RespVersion version) = _parts[_next];
        int taken = Math.Min(bytes.Length, ServerLimits.StreamPieceBytes);
        reply.WriteRaw(bytes.Span[..taken]);
        if (taken < bytes.Length)
        {
            _parts[_next] = (bytes[taken..], left, version);
            return true;
        }

        bool isMore = left?.WriteNext(reply.As(version)) ?? false;
        _parts[_next] = isMore ? (default, left, version) : default;
        if (!isMore) _next++;
        return _next < _parts.Count;
    }

    private void AddLength(long bytes) =>
        LengthBytes = bytes > long.MaxValue - LengthBytes ? long.MaxValue : LengthBytes + bytes;

    private void Seal(DeferredReply? left, RespVersion version)
    {
        ReadOnlyMemory<byte> bytes = _open.WrittenMemory[_from..];
        _parts.Add((bytes, left, version));
        AddLength(bytes.Length);
        WrittenBytes += bytes.Length;
        _from = _open.WrittenCount;
        if (_from < ServerLimits.StreamPieceBytes) return;
        _open = new ArrayBufferWriter<byte>();
        _from = 0;
    }
}
