using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace Bitmapist.Transport.Loops;

/// <summary>
/// A flush that waits (back-pressure), one at a time. The writer begins it; the thread that claims it, of all that find
/// a reason to end it, completes it. It continues where it is completed: on the loop.
/// </summary>
internal sealed class FlushWaiter : IValueTaskSource<FlushResult>
{
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private ManualResetValueTaskSourceCore<FlushResult> _source;
    private int _isPending; // 1: the thread that exchanges it for 0 completes the flush

    public bool IsPending => Volatile.Read(ref _isPending) != 0;

    /// <summary>From here on others may claim it.</summary>
    /// <returns>What <see cref="Wait"/> is to be given.</returns>
    public short Begin(CancellationToken token)
    {
        _source.Reset();
        _token = token;
        short version = _source.Version;
        Interlocked.Exchange(ref _isPending, 1);
        return version;
    }

    /// <summary>The flush as a task, which the token of <see cref="Begin"/> ends too.</summary>
    public ValueTask<FlushResult> Wait(short version)
    {
        if (_token.CanBeCanceled)
            _registration = _token.UnsafeRegister(static self => ((FlushWaiter)self!).CancelByToken(), this);
        return new ValueTask<FlushResult>(this, version);
    }

    /// <summary>Whether a flush was pending; then only the caller completes it.</summary>
    public bool TryClaim() => IsPending && Interlocked.Exchange(ref _isPending, 0) != 0;

    /// <summary>Of a flush that was claimed.</summary>
    public void Complete(FlushResult result) => _source.SetResult(result);

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token)
    {
        _registration.Dispose();
        _registration = default;
        return _source.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void CancelByToken()
    {
        if (TryClaim()) _source.SetException(new OperationCanceledException(_token));
    }
}
