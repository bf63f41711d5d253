using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Memory;

namespace Bitmapist.Transport.Loops;

/// <summary>
/// What a connection has received: appended by the loop's thread, read by one thread at a time, mostly the same one. A
/// framework's Pipe would do; its six locks and more cost a twelfth of a request that is served in four microseconds.
/// </summary>
/// <remarks>
/// Who owns the bytes: while a read is pending (<see cref="_isWaiting"/>) the loop, else the reader. So when bytes come
/// and the reader waits for them, which is nearly always, nothing is locked: only the loop's thread completes a pending
/// read. When the reader is at work elsewhere the loop appends to a list of its own, under the gate, which the reader
/// takes over. A reader on the loop's thread needs no gate to go to waiting, as the loop then does nothing else.
/// </remarks>
internal sealed class LoopInput(LoopConnection connection, BlockPool pool, int pauseBytes)
    : PipeReader, IValueTaskSource<ReadResult>
{
    private readonly Lock _gate = new();
    private BlockChain _bytes; // the owner's
    private BlockChain _arrived; // the loop's while the reader is at work elsewhere; under the gate
    private long _examinedBytes; // of all that came; the reader's, read by the loop
    private long _receivedBytes; // the loop's, read by the reader
    private ManualResetValueTaskSourceCore<ReadResult> _waiter; // continues where it is completed: on the loop
    private CancellationTokenRegistration _tokenRegistration;
    private CancellationToken _token;
    private volatile bool _isWaiting;
    private volatile bool _isPaused;
    private volatile bool _isEnded;
    private volatile bool _isReaderDone;
    private volatile bool _isCancelAsked;
    private Exception? _reason; // set before _isEnded

    /// <summary>More is unread than may be: nothing is to be received. The loop's.</summary>
    public bool IsPaused => _isPaused;

    /// <summary>Nothing more comes, or nobody reads it. The loop's.</summary>
    public bool IsEnded => _isEnded || _isReaderDone;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        short version;
        do
        {
            if (TryRead(out ReadResult result)) return new ValueTask<ReadResult>(result);
        }
        while (!TryWait(cancellationToken, out version));

        if (cancellationToken.CanBeCanceled)
        {
            _tokenRegistration = cancellationToken.UnsafeRegister(
                static self => ((LoopInput)self!).AskToCancel(), this);
        }

        if (_isCancelAsked) AskToCancel(); // asked after it was looked for, and before the read was pending
        return new ValueTask<ReadResult>(this, version);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (_isWaiting) throw new InvalidOperationException("One read at a time.");
        if (_isReaderDone) throw new InvalidOperationException("The input is completed.");
        bool isEnded = TakeArrived();
        bool isCanceled = _isCancelAsked;
        if (!isCanceled && !isEnded && _bytes.EndIndex == _examinedBytes)
        {
            result = default;
            return false;
        }

        if (isCanceled) _isCancelAsked = false;
        if (isEnded && _reason is not null) throw Again(_reason);
        result = new ReadResult(_bytes.Sequence, isCanceled, isEnded);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (consumed.GetObject() is not Block block) return; // of an empty read
        if (examined.GetObject() is Block last)
            Volatile.Write(ref _examinedBytes, Math.Max(_examinedBytes, last.RunningIndex + examined.GetInteger()));
        _bytes.Consume(block, consumed.GetInteger());
        if (!connection.IsOnLoop) Interlocked.MemoryBarrier(); // examined is seen before the pause is looked at
        if (_isPaused && UnreadBytes <= pauseBytes / 2) connection.Ask(LoopWork.Receive);
    }

    public override void CancelPendingRead()
    {
        _isCancelAsked = true;
        AskToCancel();
    }

    public override void Complete(Exception? exception = null)
    {
        if (_isReaderDone) return;
        bool isOwner = !_isWaiting;
        _isReaderDone = true;
        if (isOwner) _bytes.ReturnAll();
    }

    /// <summary>Takes a copy of what was received. The loop's; the reader may run before this returns.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (IsEnded) return;
        _receivedBytes += bytes.Length;
        if (!_isWaiting && !TryAppendArrived(bytes)) return; // the reader is at work: it finds them
        if (!_isWaiting) return;
        _bytes.Append(bytes, pool);
        Finish(isCanceled: false);
    }

    /// <summary>Whether to stop receiving for now; if so, <see cref="LoopWork.Receive"/> is asked for later.</summary>
    public bool MustPause()
    {
        if (UnreadBytes <= pauseBytes) return false;
        _isPaused = true;
        Interlocked.MemoryBarrier(); // the pause is seen before what was examined is looked at again
        if (UnreadBytes > pauseBytes / 2) return true;
        _isPaused = false;
        return false;
    }

    /// <summary>The reader has caught up. The loop's.</summary>
    public void Resume() => _isPaused = false;

    /// <summary>Nothing more comes. The loop's; the reader may run before this returns.</summary>
    /// <param name="reason">What reads fail with; null: an orderly end.</param>
    public void End(Exception? reason)
    {
        if (_isEnded) return;
        lock (_gate)
        {
            _reason = reason;
            _isEnded = true;
        }

        if (_isWaiting) Finish(isCanceled: false);
    }

    /// <summary>After <see cref="LoopWork.CancelRead"/>: ends a pending read. The loop's.</summary>
    public void Cancel()
    {
        if (!_isWaiting) return; // the next read is what is cancelled
        if (_token.IsCancellationRequested)
        {
            _isWaiting = false;
            _waiter.SetException(new OperationCanceledException(_token));
        }
        else if (_isCancelAsked)
        {
            _isCancelAsked = false;
            Finish(isCanceled: true);
        }
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token)
    {
        _tokenRegistration.Dispose();
        _tokenRegistration = default;
        return _waiter.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _waiter.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _waiter.OnCompleted(continuation, state, token, flags);

    private long UnreadBytes => Volatile.Read(ref _receivedBytes) - Volatile.Read(ref _examinedBytes);

    /// <summary>An exception that was thrown once keeps that stack; every read throws one of its own.</summary>
    private static IOException Again(Exception reason) => new(reason.Message, reason);

    private void AskToCancel() => connection.Ask(LoopWork.CancelRead);

    /// <summary>Gives the bytes to the loop, which completes the read when more come.</summary>
    /// <returns>False: something has come meanwhile.</returns>
    private bool TryWait(CancellationToken token, out short version)
    {
        _waiter.Reset();
        _token = token;
        version = _waiter.Version;
        if (connection.IsOnLoop)
        {
            _isWaiting = true;
            return true;
        }

        lock (_gate)
        {
            if (!_arrived.IsEmpty || _isEnded) return false;
            _isWaiting = true;
            return true;
        }
    }

    /// <summary>The loop's, of a pending read, which it owns.</summary>
    private void Finish(bool isCanceled)
    {
        Debug.Assert(_isWaiting, "Only a pending read is completed.");
        _isWaiting = false;
        if (_isEnded && _reason is not null && !isCanceled) _waiter.SetException(Again(_reason));
        else _waiter.SetResult(new ReadResult(_bytes.Sequence, isCanceled, _isEnded));
    }

    /// <returns>False: they are where the reader finds them. True: it has begun to wait meanwhile.</returns>
    private bool TryAppendArrived(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_isWaiting) return true;
            _arrived.Append(bytes, pool);
            return false;
        }
    }

    /// <summary>The reader's: takes over what came while it was at work.</summary>
    /// <returns>Whether nothing more comes.</returns>
    private bool TakeArrived()
    {
        if (connection.IsOnLoop && _arrived.IsEmpty) return _isEnded; // nobody else could append now
        lock (_gate)
        {
            _bytes.Take(ref _arrived, pool);
            return _isEnded;
        }
    }
}
