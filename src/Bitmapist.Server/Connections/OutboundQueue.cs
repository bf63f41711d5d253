using System.Buffers;
using System.IO.Pipelines;
using Bitmapist.Engine.Bits;

namespace Bitmapist.Server.Connections;

/// <summary>
/// A connection's replies on their way out. While the socket keeps up they go straight to the transport; when it does
/// not, or a long string is being streamed, they queue up here in memory, so that the server never stops reading from a
/// client that sends before it receives. Strings are queued as frozen values and turned into bytes piece by piece.
/// Written by the connection's loop; the pump runs beside it.
/// </summary>
internal sealed class OutboundQueue(PipeWriter transport, ClientCounters counters)
{
    private readonly Lock _gate = new();
    private readonly Queue<object> _queued = new(); // ArrayBufferWriter<byte> or StringBody, in order
    private ArrayBufferWriter<byte>? _chunk;
    private Task _pump = Task.CompletedTask;
    private volatile bool _isPumping; // set by the loop, cleared by the pump, both under the gate
    private volatile bool _isClosed;
    private long _queuedBytes;

    /// <summary>The socket is gone; replies have nowhere to go.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>Bytes that wait in memory, streams not counted.</summary>
    public long QueuedBytes => Volatile.Read(ref _queuedBytes);

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
        if (_chunk is null)
        {
            if (_isPumping) return; // nothing was written since, and what the transport holds is the pump's to send
            ValueTask<FlushResult> flushing = FlushTransport();
            if (flushing.IsCompletedSuccessfully) _isClosed |= flushing.Result.IsCompleted;
            else StartPump(flushing);
            return;
        }

        if (_chunk.WrittenCount > 0) Enqueue(_chunk);
        _chunk = null;
    }

    /// <summary>Sends what was written, then a string's bytes and CRLF.</summary>
    public void Stream(in StringSlice slice)
    {
        Flush();
        Enqueue(new StringBody(slice));
    }

    /// <summary>Waits until everything is with the transport, or the socket is gone.</summary>
    public async Task DrainAsync()
    {
        while (true)
        {
            Task pump;
            lock (_gate)
            {
                if (!_isPumping) return;
                pump = _pump;
            }

            await pump.ConfigureAwait(false);
        }
    }

    private void Enqueue(object item)
    {
        lock (_gate)
        {
            _queued.Enqueue(item);
            if (item is ArrayBufferWriter<byte> bytes) _queuedBytes += bytes.WrittenCount;
            if (_isPumping) return;
        }

        StartPump(default);
    }

    private void StartPump(ValueTask<FlushResult> flushing)
    {
        lock (_gate)
        {
            _isPumping = true;
            // On the pool, because the caller may be a thread that serves other sockets.
            Task<FlushResult> first = flushing.AsTask();
            _pump = Task.Run(() => PumpAsync(first));
        }
    }

    private async Task PumpAsync(Task<FlushResult> flushing)
    {
        try
        {
            _isClosed |= (await flushing.ConfigureAwait(false)).IsCompleted;
            while (TryDequeue(out object? item))
            {
                if (_isClosed) continue;
                if (item is StringBody body) await SendAsync(body).ConfigureAwait(false);
                else await SendAsync((ArrayBufferWriter<byte>)item).ConfigureAwait(false);
            }
        }
        catch (Exception failure)
            when (failure is IOException or InvalidOperationException or OperationCanceledException)
        {
            Abandon();
        }
    }

    private bool TryDequeue([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out object? item)
    {
        lock (_gate)
        {
            if (_queued.TryDequeue(out item))
            {
                if (item is ArrayBufferWriter<byte> bytes) _queuedBytes -= bytes.WrittenCount;
                return true;
            }

            _isPumping = false;
            return false;
        }
    }

    private void Abandon()
    {
        lock (_gate)
        {
            _isClosed = true;
            _isPumping = false;
            _queued.Clear();
            _queuedBytes = 0;
        }
    }

    private async ValueTask SendAsync(ArrayBufferWriter<byte> bytes)
    {
        ReadOnlyMemory<byte> rest = bytes.WrittenMemory;
        while (!rest.IsEmpty && !_isClosed)
        {
            ReadOnlyMemory<byte> piece = rest[..Math.Min(rest.Length, Limits.StreamPieceBytes)];
            transport.Write(piece.Span);
            _isClosed |= (await FlushTransport().ConfigureAwait(false)).IsCompleted;
            rest = rest[piece.Length..];
        }
    }

    private async ValueTask SendAsync(StringBody body)
    {
        long lengthBytes = body.Slice.LengthBytes;
        for (long start = 0; start < lengthBytes && !_isClosed; start += StringBytes.ChunkBytes)
        {
            int pieceBytes = (int)Math.Min(lengthBytes - start, StringBytes.ChunkBytes);
            body.Slice.CopyTo(start, transport.GetSpan(pieceBytes)[..pieceBytes]);
            transport.Advance(pieceBytes);
            _isClosed |= (await FlushTransport().ConfigureAwait(false)).IsCompleted;
        }

        transport.Write("\r\n"u8);
        _isClosed |= (await FlushTransport().ConfigureAwait(false)).IsCompleted;
    }

    /// <summary>Sends and counts what the transport holds; the loop's to call, or the pump's while it runs.</summary>
    private ValueTask<FlushResult> FlushTransport()
    {
        counters.OutputBytes += transport.UnflushedBytes;
        return transport.FlushAsync();
    }

    private sealed record StringBody(StringSlice Slice);
}
