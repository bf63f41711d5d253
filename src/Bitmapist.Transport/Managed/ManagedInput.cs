using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Bitmapist.Transport.Contract;

namespace Bitmapist.Transport.Managed;

/// <summary>
/// What a connection receives; however its socket fails, reading fails with an <see cref="IOException"/>.
/// </summary>
internal sealed class ManagedInput(PipeReader inner) : PipeReader
{
    private volatile bool _isAborted;

    /// <summary>Reads end with a failure from now on. From any thread.</summary>
    public void Abort() => _isAborted = true;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ValueTask<ReadResult> read = inner.ReadAsync(cancellationToken);
        return read.IsCompletedSuccessfully && !_isAborted ? read : AwaitAsync(read, cancellationToken);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result)) return false;
        RefuseAnEndByAbort(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) =>
        inner.AdvanceTo(consumed, examined);

    /// <remarks>The pipe would have its reader go on here, in whatever the caller is in the middle of.</remarks>
    public override void CancelPendingRead() => ThreadPool.UnsafeQueueUserWorkItem(
        static reader => reader.CancelPendingRead(), inner, preferLocal: false);

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> AwaitAsync(ValueTask<ReadResult> read, CancellationToken cancellation)
    {
        try
        {
            ReadResult result = await read.ConfigureAwait(false);
            RefuseAnEndByAbort(result);
            return result;
        }
        catch (Exception failure) when (failure is not IOException && !cancellation.IsCancellationRequested)
        {
            throw new IOException($"the connection broke: {failure.Message}", failure);
        }
    }

    private void RefuseAnEndByAbort(in ReadResult result)
    {
        if (result.IsCompleted && _isAborted) throw new IOException("the connection was aborted");
    }
}
