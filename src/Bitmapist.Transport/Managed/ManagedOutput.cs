using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.Managed;

/// <summary>
/// What a connection sends. The library beneath ends its pipe from a thread of its own when the socket fails, and from
/// then on every use of it throws; here flushing says that there is nobody to write to, and writing goes nowhere.
/// </summary>
internal sealed class ManagedOutput(PipeWriter inner) : PipeWriter
{
    private byte[]? _nowhere; // takes what is written after the end
    private long _unflushedBytes;
    private long _flushedBytes;
    private volatile bool _isClosed;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushedBytes;

    /// <summary>Bytes that the socket is to take in all.</summary>
    public long FlushedBytes => Interlocked.Read(ref _flushedBytes);

    /// <summary>The socket takes no more.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>There is nobody to write to from now on.</summary>
    public void Close() => _isClosed = true;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (!_isClosed)
        {
            try
            {
                return inner.GetMemory(sizeHint);
            }
            catch (InvalidOperationException)
            {
                _isClosed = true;
            }
        }

        int bytes = Math.Max(sizeHint, 4096);
        return _nowhere is { } nowhere && nowhere.Length >= bytes ? nowhere : _nowhere = new byte[bytes];
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        if (_nowhere is not null) return;
        try
        {
            inner.Advance(bytes);
            _unflushedBytes += bytes;
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentOutOfRangeException)
        {
            // It was ended since GetMemory; bytes that never fitted are a mistake of the caller's.
            if (bytes < 0) throw;
            _isClosed = true;
        }
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_isClosed) return new ValueTask<FlushResult>(new FlushResult(isCanceled: false, isCompleted: true));
        Interlocked.Add(ref _flushedBytes, _unflushedBytes);
        _unflushedBytes = 0;
        ValueTask<FlushResult> flush;
        try
        {
            flush = inner.FlushAsync(cancellationToken);
        }
        catch (InvalidOperationException)
        {
            _isClosed = true;
            return new ValueTask<FlushResult>(new FlushResult(isCanceled: false, isCompleted: true));
        }

        if (!flush.IsCompletedSuccessfully) return AwaitAsync(flush);
        FlushResult result = flush.Result;
        _isClosed |= result.IsCompleted;
        return new ValueTask<FlushResult>(result);
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        Interlocked.Add(ref _flushedBytes, _unflushedBytes);
        _unflushedBytes = 0;
        inner.Complete(exception);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> AwaitAsync(ValueTask<FlushResult> flush)
    {
        try
        {
            FlushResult result = await flush.ConfigureAwait(false);
            _isClosed |= result.IsCompleted;
            return result;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            _isClosed = true; // whatever the socket died of
            return new FlushResult(isCanceled: false, isCompleted: true);
        }
    }
}
