namespace Bitmapist.Client.Connections;

/// <summary>
/// Bounds the bytes under way: whoever would exceed the bound waits its turn, first come, first served. What is larger
/// than the bound passes alone. Safe for concurrent use; no thread is blocked.
/// </summary>
internal sealed class ByteGate(long bytesMax)
{
    private readonly Lock _gate = new();
    private readonly Queue<Waiter> _waiting = new();
    private long _bytes;

    /// <summary>Bytes inside.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate) return _bytes;
        }
    }

    /// <summary>Completes when the bytes are inside; <see cref="Leave"/> must follow then, and only then.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="deadline">Timestamp at which the caller stops waiting; see <see cref="Sweep"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The deadline, later where it was postponed meanwhile.</returns>
    public ValueTask<long> EnterAsync(int bytes, long deadline, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_gate)
        {
            if (_waiting.Count == 0 && Fits(bytes))
            {
                _bytes += bytes;
                return ValueTask.FromResult(deadline);
            }

            waiter = new Waiter(bytes, deadline);
            _waiting.Enqueue(waiter);
        }

        return WaitAsync(waiter, cancellationToken);
    }

    /// <summary>Enters if that needs no waiting.</summary>
    public bool TryEnter(int bytes)
    {
        lock (_gate)
        {
            if (_waiting.Count > 0 || !Fits(bytes)) return false;
            _bytes += bytes;
            return true;
        }
    }

    /// <summary>Takes bytes out and lets in who waited for the room.</summary>
    public void Leave(int bytes)
    {
        lock (_gate)
        {
            _bytes -= bytes;
            Admit();
        }
    }

    /// <summary>Lets all who wait do so at least until a later timestamp. O(waiting).</summary>
    public void Postpone(long until)
    {
        lock (_gate)
        {
            foreach (Waiter waiter in _waiting) waiter.Deadline = Math.Max(waiter.Deadline, until);
        }
    }

    /// <summary>Fails those whose time has run out, and drops those who gave up. O(waiting).</summary>
    /// <param name="now">The present timestamp.</param>
    /// <param name="timedOut">What each fails with.</param>
    /// <returns>How many.</returns>
    public int Sweep(long now, Func<Exception> timedOut)
    {
        lock (_gate)
        {
            int late = 0;
            for (int left = _waiting.Count; left > 0; left--)
            {
                Waiter waiter = _waiting.Dequeue();
                if (waiter.Task.IsCompleted) continue;
                if (waiter.Deadline > now) _waiting.Enqueue(waiter);
                else if (waiter.TrySetException(timedOut())) late++;
            }

            Admit();
            return late;
        }
    }

    private bool Fits(int bytes) => _bytes == 0 || _bytes + bytes <= bytesMax;

    /// <summary>Lets in the first in line while they fit; those who gave up are passed over.</summary>
    private void Admit()
    {
        while (_waiting.TryPeek(out Waiter? first) && (first.Task.IsCompleted || Fits(first.Bytes)))
        {
            _waiting.Dequeue();
            if (first.TrySetResult(first.Deadline)) _bytes += first.Bytes;
        }
    }

    private async ValueTask<long> WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (waiter, token) => ((Waiter)waiter!).TrySetCanceled(token), waiter);
        try
        {
            return await waiter.Task.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The one that gave up may have kept smaller ones behind it waiting.
            lock (_gate) Admit();
            throw;
        }
        finally
        {
            await registration.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed class Waiter(int bytes, long deadline)
        : TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public int Bytes { get; } = bytes;

        public long Deadline { get; set; } = deadline;
    }
}
