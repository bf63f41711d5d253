using System.Buffers;
using System.IO.Pipelines;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.Tls;

/// <summary>A connection's two pipes as the one stream that SslStream wants. Asynchronous only.</summary>
internal sealed class DuplexPipeStream(PipeReader input, PipeWriter output) : Stream
{
    /// <summary>
    /// What goes on after a read is not to be done by the thread that found the socket ready, which serves other
    /// connections: a handshake signs with a private key, a millisecond's work.
    /// </summary>
    public bool LeavesThread { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ReadResult read = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
        int bytes = (int)Math.Min(read.Buffer.Length, buffer.Length);
        ReadOnlySequence<byte> taken = read.Buffer.Slice(0, bytes);
        taken.CopyTo(buffer.Span);
        input.AdvanceTo(taken.End);
        if (LeavesThread) await Task.Yield();
        if (read.IsCanceled) throw new OperationCanceledException("the read was cancelled");
        return bytes;
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        output.Write(buffer.Span);
        FlushResult flush = await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (flush.IsCompleted) throw new IOException("the connection is closed");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask; // every write does

    public override void Flush()
    {
        // Every write flushes.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
