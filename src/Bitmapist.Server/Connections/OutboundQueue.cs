using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Bitmapist.Resp.Writing;
using Bitmapist.Server.Commands;
using Bitmapist.Server.Settings;
using Bitmapist.Server.State;

namespace Bitmapist.Server.Connections;

/// <summary>
/// A connection's replies on their way out. While the socket keeps up they go straight to the transport; when it does
/// not, or a long reply is being streamed, they queue up here in memory, so that the server never stops reading from a
/// client that sends before it receives. Long replies are queued as frozen values and turned into bytes piece by piece.
/// Written by the connection's loop; the pump runs beside it.
/// </summary>
/// <param name="transport">Where bytes go.</param>
/// <param name="counters">Counts them.</param>
/// <param name="whenChanged">Called after a reply has come to, or left, the queue; on either thread.</param>
/// <param name="whenBroken">Called once when replies cannot be sent any more; on the pump's thread.</param>
internal sealed class OutboundQueue(
    PipeWriter transport, ClientCounters counters, Action whenChanged, Action whenBroken)
{
    private readonly Lock _gate = new();
    private Queue<Item>? _queued; // null: nothing ever waited
    private ArrayBufferWriter<byte>? _chunk;
    private Task _pump = Task.CompletedTask;

    // Set by the loop, cleared by the pump, both under the gate. Stays set once closed: what the transport holds then
    // may be half a reply, which must not be sent, nor written behind.
    private volatile bool _isPumping;
    private volatile bool _isClosed;
    private long _queuedBytes;

    /// <summary>The socket is gone; replies have nowhere to go.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>Why replies cannot be sent any more, when it was not the client's going; else null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Replies wait for the socket, or for a long one before them.</summary>
    public bool IsBehind => _isPumping;

    /// <summary>Bytes of memory that replies waiting here keep, about.</summary>
    public long QueuedBytes => Volatile.Read(ref _queuedBytes);

    /// <summary>Pieces that wait, each of one reply or more.</summary>
    public int QueuedPieces => _queued?.Count ?? 0;

    /// <summary>Bytes written since the last <see cref="Flush"/>.</summary>
    public long UnflushedBytes => _chunk?.WrittenCount ?? (_isPumping ? 0 : transport.UnflushedBytes);

    /// <summary>Where the next reply goes; ask again after each <see cref="Flush"/> or <see cref="Stream"/>.</summary>
    public IBufferWriter<byte> Writer
    {
        get
        {
            if (_chunk is not null) return _chunk;
            if (!_isPumping) return transport;
            return _chunk = new ArrayBufferWriter<byte>();
        }
    }

    /// <summary>Sends what was written; never waits for the socket.</summary>
    public void Flush()
    {
        if (_isClosed)
        {
            _chunk = null;
        }
        else if (_chunk is null)
        {
            if (_isPumping) return; // nothing was written since, and what the transport holds is the pump's to send
            ValueTask<FlushResult> flushing = FlushTransport();
            if (flushing.IsCompletedSuccessfully) NoteEnd(flushing.Result);
            else StartPump(flushing);
        }
        else
        {
            if (_chunk.WrittenCount > 0) Enqueue(new Item(_chunk, null, default, _chunk.Capacity));
            _chunk = null;
        }
    }

    /// <summary>Sends what was written, then a long reply, which has been computed.</summary>
    public void Stream(DeferredReply reply, RespVersion version)
    {
        Flush();
        Enqueue(new Item(null, reply, version, reply.HeldBytes));
    }

    /// <summary>Waits until everything is with the transport, or the socket is gone.</summary>
    public async Task DrainAsync()
    {
        while (_isPumping)
        {
            await _pump.ConfigureAwait(false);
            if (_isClosed) return;
        }
    }

    /// <summary>Drops everything that waits: the client is to be cut off. From any thread.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _isClosed = true; // which the pump sees when the transport lets it go on
            _queued?.Clear();
            Volatile.Write(ref _queuedBytes, 0);
        }

        whenChanged();
    }

    private void Enqueue(in Item item)
    {
        bool isPumping;
        lock (_gate)
        {
            if (_isClosed) return;
            (_queued ??= new Queue<Item>()).Enqueue(item);
            Volatile.Write(ref _queuedBytes, _queuedBytes + item.HeldBytes);
            isPumping = _isPumping;
        }

        if (!isPumping) StartPump(default);
        whenChanged();
    }

    private void StartPump(ValueTask<FlushResult> flushing)
    {
        Task<FlushResult> first = flushing.AsTask();
        lock (_gate) _isPumping = true;
        // What waits for the socket goes on with the thread that finds it ready. What does not is done on the pool, as
        // the caller may be a thread that serves other sockets.
        _pump = first.IsCompleted ? Task.Run(() => PumpAsync(first)) : PumpAsync(first);
    }

    /// <summary>
    /// Sends what is queued until nothing is. Does not throw: whatever keeps it from sending ends the connection, since
    /// a client whose replies stopped in the middle would wait for ever, and its queue would grow.
    /// </summary>
    private async Task PumpAsync(Task<FlushResult> flushing)
    {
        try
        {
            NoteEnd(await flushing.ConfigureAwait(false));
            while (TryPeek(out Item item))
            {
                await SendAsync(item).ConfigureAwait(false);
                if (Dequeue(item)) whenChanged();
            }
        }
        catch (Exception failure)
        {
            if (failure is not (IOException or SocketException or OperationCanceledException)) Failure = failure;
            Abandon();
            whenBroken();
        }
    }

    /// <summary>The next item; when there is none the pump is over.</summary>
    private bool TryPeek(out Item item)
    {
        lock (_gate)
        {
            item = default;
            bool isMore = _queued is not null && _queued.TryPeek(out item) && !_isClosed;
            if (!isMore && !_isClosed) _isPumping = false;
            return isMore;
        }
    }

    /// <summary>Takes an item that was sent from the queue, unless the queue was abandoned meanwhile.</summary>
    private bool Dequeue(in Item item)
    {
        lock (_gate)
        {
            if (!_queued!.TryDequeue(out _)) return false;
            Volatile.Write(ref _queuedBytes, _queuedBytes - item.HeldBytes);
            return true;
        }
    }

    private async ValueTask SendAsync(Item item)
    {
        if (item.Reply is { } reply)
        {
            bool isMore = true;
            while (isMore && !_isClosed)
            {
                isMore = reply.WriteNext(new RespWriter(transport, item.Version));
                if (isMore && transport.UnflushedBytes < ServerLimits.StreamPieceBytes) continue;
                await FlushAsync().ConfigureAwait(false);
            }

            return;
        }

        ReadOnlyMemory<byte> rest = item.Bytes!.WrittenMemory;
        while (!rest.IsEmpty && !_isClosed)
        {
            ReadOnlyMemory<byte> piece = rest[..Math.Min(rest.Length, ServerLimits.StreamPieceBytes)];
            transport.Write(piece.Span);
            await FlushAsync().ConfigureAwait(false);
            rest = rest[piece.Length..];
        }
    }

    private async ValueTask FlushAsync() => NoteEnd(await FlushTransport().ConfigureAwait(false));

    // Never clears it: another thread may have abandoned the queue meanwhile.
    private void NoteEnd(FlushResult flushed)
    {
        if (flushed.IsCompleted) _isClosed = true;
    }

    /// <summary>Sends and counts what the transport holds; the loop's to call, or the pump's while it runs.</summary>
    private ValueTask<FlushResult> FlushTransport()
    {
        counters.OutputBytes += transport.UnflushedBytes;
        return transport.FlushAsync();
    }

    /// <summary>Replies as bytes, or one as what it is made of.</summary>
    private readonly record struct Item(
        ArrayBufferWriter<byte>? Bytes, DeferredReply? Reply, RespVersion Version, long HeldBytes);
}
