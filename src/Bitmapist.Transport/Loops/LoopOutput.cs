using System.IO.Pipelines;
using Bitmapist.Transport.Contract;
using Bitmapist.Transport.Linux;
using Bitmapist.Transport.Memory;

namespace Bitmapist.Transport.Loops;

/// <summary>
/// What a connection has to send: written by one thread at a time, mostly the loop's, sent by the loop's thread.
/// Flushing hands the bytes over; the loop sends those of a whole turn at once.
/// </summary>
/// <remarks>
/// What is flushed is in a <see cref="SendQueue"/>, which is the loop's thread's alone, so that a reply that is written
/// there locks nothing. The writer may go on in the queue's last block, behind its end, even while that is being sent:
/// the kernel reads only what lies before. What another thread writes is in blocks of its own; its flush leaves them
/// under the gate for the loop to take.
/// </remarks>
internal sealed class LoopOutput(LoopConnection connection, BlockPool pool, int pauseBytes) : PipeWriter
{
    private readonly Lock _gate = new();
    private readonly SendQueue _queue = new();
    private readonly FlushWaiter _waiter = new();

    // The writer's own.
    private Block? _first; // what is written and not flushed: from this block's End on
    private Block? _tail;
    private bool _isFirstShared; // it is the queue's last, and flushed up to its End
    private long _unflushedBytes;
    private bool _isCompleted;

    // Left by another thread for the loop, under the gate.
    private int _leftSharedEnd = -1; // the new End of the queue's last block; -1: as it is
    private Block? _leftFirst;
    private Block? _leftLast;
    private long _leftBytes;
    private volatile bool _isLeft;

    private bool _isLastKept; // the loop's: the queue's last block is the writer's first
    private volatile bool _isCancelAsked;
    private volatile bool _isClosed;
    private volatile bool _isDropped;
    private long _unsentBytes; // the loop's, read by the writer

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        Block tail = Reserve(sizeHint);
        return tail.Array.AsMemory(tail.Written);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        Block tail = Reserve(sizeHint);
        return tail.Array.AsSpan(tail.Written);
    }

    public override void Advance(int bytes)
    {
        if (bytes == 0) return;
        if (_tail is null || (uint)bytes > (uint)_tail.Room) throw new ArgumentOutOfRangeException(nameof(bytes));
        _tail.Written += bytes;
        _unflushedBytes += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        long unsentBytes = HandOver();
        if (_isClosed) return Done(isCanceled: false);
        if (_isCancelAsked)
        {
            _isCancelAsked = false;
            return Done(isCanceled: true);
        }

        return unsentBytes <= pauseBytes ? Done(isCanceled: false) : Wait(cancellationToken);
    }

    public override void CancelPendingFlush()
    {
        _isCancelAsked = true;
        if (!_waiter.TryClaim()) return; // the next flush is what is cancelled
        _isCancelAsked = false;
        _waiter.Complete(new FlushResult(isCanceled: true, _isClosed));
    }

    /// <summary>Nothing is sent any more. From any thread.</summary>
    public void Drop() => _isDropped = true;

    /// <summary>Ends writing; what was written is sent.</summary>
    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted) return;
        HandOver();
        _isCompleted = true;
    }

    /// <summary>Whether something that was flushed is unsent. The loop's.</summary>
    public bool HasUnsent()
    {
        TakeLeft();
        return _unsentBytes > 0;
    }

    /// <summary>Points the vectors at what is to be sent next. The loop's.</summary>
    /// <returns>How many. Their bytes are not touched before <see cref="Sent"/> or <see cref="Release"/>.</returns>
    public int Gather(Span<IoVector> vectors)
    {
        TakeLeft();
        return _isClosed || _isDropped ? 0 : _queue.Gather(vectors);
    }

    /// <summary>
    /// The socket has taken so many bytes, and nothing of what was gathered is in use any more. The loop's; a waiting
    /// flush may continue before this returns.
    /// </summary>
    /// <returns>Whether more is to be sent.</returns>
    public bool Sent(long bytes)
    {
        _queue.Sent(bytes, keepLast: _isLastKept);
        Volatile.Write(ref _unsentBytes, _unsentBytes - bytes);
        bool isMore = HasUnsent();
        WakeWhenSent();
        return isMore;
    }

    /// <summary>The socket takes no more: flushes end, as completed. What is being sent stays untouched.</summary>
    public void Close()
    {
        _isClosed = true;
        Interlocked.MemoryBarrier(); // seen before the waiting flush is looked for; Wait has the counterpart
        if (_waiter.TryClaim()) _waiter.Complete(new FlushResult(isCanceled: false, isCompleted: true));
    }

    /// <summary>
    /// After <see cref="Close"/>, when nothing is being sent any more: drops what there is. The loop's.
    /// </summary>
    public void Release()
    {
        TakeLeft();
        _queue.Drop(keepLast: _isLastKept);
        Volatile.Write(ref _unsentBytes, 0);
    }

    private Block Reserve(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        if (_isCompleted) throw new InvalidOperationException("The output is completed.");
        int bytes = Math.Max(sizeHint, 1);
        return _tail is { } tail && tail.Room >= bytes ? tail : Extend(bytes);
    }

    private Block Extend(int bytes)
    {
        if (_tail is null && connection.IsOnLoop)
        {
            TakeLeft();
            // Small replies to a client that does not read share blocks, instead of taking one each.
            if (_queue.Last is { } last && last.Room >= bytes && !_isClosed)
            {
                _isFirstShared = _isLastKept = true;
                return _first = _tail = last;
            }
        }

        Block block = pool.RentAtLeast(bytes);
        if (_tail is null) _first = block;
        else _tail.Following = block;
        return _tail = block;
    }

    /// <summary>Flushes what was written.</summary>
    /// <returns>Bytes that are unsent then, about.</returns>
    private long HandOver()
    {
        if (_tail is null) return Volatile.Read(ref _unsentBytes) + Volatile.Read(ref _leftBytes);
        // Blocks of the writer's own, behind the one that it shares with the queue.
        Block? shared = _isFirstShared ? _first : null;
        Block? own = _isFirstShared ? _first!.Following : _first;
        Block tail = _tail;
        long bytes = _unflushedBytes;
        _first = _tail = null;
        _isFirstShared = false;
        _unflushedBytes = 0;
        for (Block? block = own; block is not null; block = block.Following) block.End = block.Written;
        if (_isClosed) Discard(own);
        else if (connection.IsOnLoop) Join(shared, own, tail, bytes);
        else Leave(shared, own, tail, bytes);
        if (bytes > 0) connection.Ask(LoopWork.Send);
        return Volatile.Read(ref _unsentBytes) + Volatile.Read(ref _leftBytes);
    }

    /// <summary>On the loop: makes what was written part of the queue.</summary>
    private void Join(Block? shared, Block? own, Block tail, long bytes)
    {
        TakeLeft();
        if (shared is not null)
        {
            shared.End = shared.Written;
            _isLastKept = false;
        }

        if (own is not null) _queue.Add(own, tail);
        Volatile.Write(ref _unsentBytes, _unsentBytes + bytes);
        if (_unsentBytes == 0) _queue.Sent(0, keepLast: false); // a block was taken, and nothing written into it
    }

    /// <summary>On another thread: leaves what was written to the loop.</summary>
    private void Leave(Block? shared, Block? own, Block tail, long bytes)
    {
        lock (_gate)
        {
            if (shared is not null) _leftSharedEnd = shared.Written;
            if (own is not null)
            {
                if (_leftLast is null) _leftFirst = own;
                else _leftLast.Following = own;
                _leftLast = tail;
            }

            Volatile.Write(ref _leftBytes, _leftBytes + bytes);
            _isLeft = true;
        }
    }

    /// <summary>
    /// Gives back what was written for nobody; a block shared with the queue goes when the queue does.
    /// </summary>
    private static void Discard(Block? own)
    {
        while (own is { } block)
        {
            own = block.Following;
            block.Return();
        }
    }

    /// <summary>On the loop: takes what another thread has left.</summary>
    private void TakeLeft()
    {
        if (!_isLeft) return;
        lock (_gate)
        {
            if (_leftSharedEnd >= 0)
            {
                _queue.Last!.End = _leftSharedEnd;
                _leftSharedEnd = -1;
                _isLastKept = false;
            }

            if (_leftFirst is not null) _queue.AddOrCopy(_leftFirst, _leftLast!);
            Volatile.Write(ref _unsentBytes, _unsentBytes + _leftBytes);
            _leftFirst = _leftLast = null;
            Volatile.Write(ref _leftBytes, 0);
            _isLeft = false;
        }
    }

    private ValueTask<FlushResult> Done(bool isCanceled) => new(new FlushResult(isCanceled, _isClosed));

    private ValueTask<FlushResult> Wait(CancellationToken cancellationToken)
    {
        short version = _waiter.Begin(cancellationToken);
        // The loop may have sent, closed or been asked to cancel before it could see that this waits.
        bool isOver = _isClosed || _isCancelAsked;
        if (isOver && _waiter.TryClaim())
        {
            bool isCanceled = _isCancelAsked;
            _isCancelAsked = false;
            return Done(isCanceled);
        }

        if (!connection.IsOnLoop) connection.Ask(LoopWork.Send); // which looks for it when nothing is unsent
        return _waiter.Wait(version);
    }

    /// <summary>On the loop: completes a waiting flush when little enough is unsent.</summary>
    public void WakeWhenSent()
    {
        if (!_waiter.IsPending || _unsentBytes > pauseBytes / 2) return;
        if (_waiter.TryClaim()) _waiter.Complete(new FlushResult(isCanceled: false, _isClosed));
    }
}
