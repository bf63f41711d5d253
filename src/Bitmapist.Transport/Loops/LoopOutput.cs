using System.Diagnostics;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using Bitmapist.Transport.Linux;
using Bitmapist.Transport.Memory;

namespace Bitmapist.Transport.Loops;

/// <summary>
/// What a connection has to send: written by one thread at a time, sent by the loop's thread. Flushing hands the
/// bytes over; the loop sends those of a whole turn at once.
/// </summary>
/// <remarks>
/// Blocks form one chain, head to last, of what is flushed, and behind it, unshared, what is not. The writer may go on
/// in the last flushed block, behind its end, even while that is being sent: the kernel reads only what lies before.
/// A block goes back to its pool when all its bytes are sent, and never while <see cref="_isBusy"/>, unless the carrier
/// says so by <see cref="Sent"/> or <see cref="Release"/>.
/// </remarks>
internal sealed class LoopOutput(LoopConnection connection, BlockPool pool, int pauseBytes)
    : PipeWriter, IValueTaskSource<FlushResult>
{
    private readonly Lock _gate = new();

    // The writer's own.
    private Block? _firstUnflushed;
    private Block? _tail;
    private long _unflushedBytes;
    private bool _isCompleted;
    private CancellationTokenRegistration _cancellation;

    // Both threads', under the gate.
    private Block? _head;
    private Block? _last;
    private bool _isTailShared; // the writer's first block is the chain's last
    private long _unsentBytes;
    private bool _isBusy; // the carrier sends, or waits for the socket to take more
    private bool _isClosed;
    private bool _isCancelAsked;
    private bool _isWaiting;
    private ManualResetValueTaskSourceCore<FlushResult> _waiter; // continues where it is completed: on the loop

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushedBytes;

    /// <summary>Bytes flushed and not yet taken by the socket.</summary>
    public long UnsentBytes
    {
        get
        {
            lock (_gate) return _unsentBytes;
        }
    }

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        Block tail = Reserve(sizeHint);
        return tail.Memory[tail.Written..];
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
        bool mustSend, mustWait = false, isClosed, isCanceled = false;
        lock (_gate)
        {
            Debug.Assert(!_isWaiting, "One flush at a time.");
            mustSend = Commit();
            isClosed = _isClosed;
            if (!isClosed && _unsentBytes > pauseBytes)
            {
                isCanceled = _isCancelAsked;
                mustWait = _isWaiting = !isCanceled;
                if (mustWait) _waiter.Reset();
            }

            _isCancelAsked = false;
        }

        if (mustSend) connection.Ask(LoopWork.Send);
        if (!mustWait) return new ValueTask<FlushResult>(new FlushResult(isCanceled, isClosed));
        if (cancellationToken.CanBeCanceled)
            _cancellation = cancellationToken.UnsafeRegister(static (self, token) => ((LoopOutput)self!).Stop(token), this);
        return new ValueTask<FlushResult>(this, _waiter.Version);
    }

    public override void CancelPendingFlush()
    {
        lock (_gate)
        {
            if (!_isWaiting)
            {
                _isCancelAsked = true;
                return;
            }

            _isWaiting = false;
        }

        _waiter.SetResult(new FlushResult(isCanceled: true, isCompleted: false));
    }

    /// <summary>Ends writing; what was written is sent.</summary>
    public override void Complete(Exception? exception = null)
    {
        if (_isCompleted) return;
        _isCompleted = true;
        bool mustSend;
        lock (_gate) mustSend = Commit();
        if (mustSend) connection.Ask(LoopWork.Send);
    }

    /// <summary>Points the vectors at what is to be sent next. The loop's.</summary>
    /// <returns>How many; not 0: busy from now on, until <see cref="Sent"/> says otherwise.</returns>
    public unsafe int Gather(Span<IoVector> vectors)
    {
        int count = 0;
        lock (_gate)
        {
            if (_isClosed) return 0;
            for (Block? block = _head; block is not null && count < vectors.Length; block = block.Next)
            {
                if (block.End > block.Start)
                {
                    // Blocks are pinned for as long as they live, and this chain keeps them alive.
                    byte* first = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref block.Array[block.Start]);
                    vectors[count++] = new IoVector { Base = first, Bytes = block.End - block.Start };
                }

                if (block == _last) break;
            }

            _isBusy = count > 0;
        }

        return count;
    }

    /// <summary>
    /// The socket has taken so many bytes, and none of what was gathered is in use any more. The loop's; a waiting
    /// flush may continue before this returns.
    /// </summary>
    /// <param name="bytes">0 or more.</param>
    /// <param name="isBlocked">The carrier waits for the socket, and will come back without being asked.</param>
    /// <returns>Whether more is to be sent.</returns>
    public bool Sent(long bytes, bool isBlocked)
    {
        bool mustWake, isMore;
        lock (_gate)
        {
            Debug.Assert(bytes <= _unsentBytes, "More was sent than was flushed.");
            _unsentBytes -= bytes;
            while (bytes > 0)
            {
                Block block = _head!;
                int taken = (int)Math.Min(bytes, block.End - block.Start);
                block.Start += taken;
                bytes -= taken;
                if (block.Start < block.End) break;
                if (block == _last) break;
                _head = block.Next;
                block.Return();
            }

            isMore = _unsentBytes > 0;
            _isBusy = isMore && isBlocked;
            if (!isMore) ReturnSent();
            mustWake = _isWaiting && _unsentBytes <= pauseBytes / 2;
            if (mustWake) _isWaiting = false;
        }

        if (mustWake) _waiter.SetResult(new FlushResult(isCanceled: false, isCompleted: false));
        return isMore;
    }

    /// <summary>The socket takes no more: flushes end, as completed. What is being sent stays untouched.</summary>
    public void Close()
    {
        bool mustWake;
        lock (_gate)
        {
            _isClosed = true;
            mustWake = _isWaiting;
            _isWaiting = false;
            if (!_isBusy) ReturnAll();
        }

        if (mustWake) _waiter.SetResult(new FlushResult(isCanceled: false, isCompleted: true));
    }

    /// <summary>After <see cref="Close"/>: nothing is being sent any more, so that blocks may go back.</summary>
    public void Release()
    {
        lock (_gate)
        {
            Debug.Assert(_isClosed, "Only a closed output drops bytes.");
            _isBusy = false;
            ReturnAll();
        }
    }

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token)
    {
        _cancellation.Dispose();
        _cancellation = default;
        return _waiter.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => _waiter.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _waiter.OnCompleted(continuation, state, token, flags);

    private Block Reserve(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        if (_isCompleted) throw new InvalidOperationException("The output is completed.");
        int bytes = Math.Max(sizeHint, 1);
        return _tail is { } tail && tail.Room >= bytes ? tail : Extend(bytes);
    }

    private Block Extend(int bytes)
    {
        if (_tail is null)
        {
            lock (_gate)
            {
                // Small replies to a client that does not read share blocks, instead of taking one each.
                if (_last is { } last && last.Room >= bytes && !_isClosed)
                {
                    _isTailShared = true;
                    return _firstUnflushed = _tail = last;
                }
            }
        }

        Block block = pool.RentAtLeast(bytes);
        if (_tail is null) _firstUnflushed = block;
        else _tail.Next = block;
        return _tail = block;
    }

    /// <summary>Under the gate: makes what was written part of the chain.</summary>
    /// <returns>Whether the loop has to be asked to send.</returns>
    private bool Commit()
    {
        if (_tail is null) return false;
        Block? block = _firstUnflushed;
        while (true)
        {
            block!.End = block.Written;
            if (block == _tail) break;
            block = block.Next;
        }

        if (!_isTailShared)
        {
            if (_last is null) _head = _firstUnflushed;
            else _last.Next = _firstUnflushed;
        }

        _last = _tail;
        _firstUnflushed = _tail = null;
        _isTailShared = false;
        _unsentBytes += _unflushedBytes;
        _unflushedBytes = 0;
        if (_isBusy) return false;
        if (_isClosed) ReturnAll();
        else if (_unsentBytes == 0) ReturnSent();
        return _unsentBytes > 0;
    }

    /// <summary>Under the gate, when all is sent: the chain's blocks go back, but for the one being written to.</summary>
    private void ReturnSent()
    {
        while (_head is { } block && !(_isTailShared && block == _last))
        {
            bool isLast = block == _last;
            _head = isLast ? null : block.Next;
            if (isLast) _last = null;
            block.Return();
        }
    }

    /// <summary>Under the gate, when nothing is being sent: drops everything that the writer does not hold.</summary>
    private void ReturnAll()
    {
        _unsentBytes = 0;
        if (_isTailShared)
        {
            _last!.Start = _last.End;
        }

        ReturnSent();
    }

    private void Stop(CancellationToken token)
    {
        lock (_gate)
        {
            if (!_isWaiting) return;
            _isWaiting = false;
        }

        _waiter.SetException(new OperationCanceledException(token));
    }
}
