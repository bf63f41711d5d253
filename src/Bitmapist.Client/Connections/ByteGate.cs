namespace Bitmapist.Client.Connections;

/// <summary>
/// Bounds the bytes under way: a caller that would exceed the bound waits its turn, first come, first served. What is
/// larger than the bound passes alone. Safe for concurrent use; no thread is blocked.
/// </summary>
/// <remarks>
/// A caller that waited goes on within the call that let it in, after every lock was released: so it must be code of
/// this library that does not block.
/// </remarks>
internal sealed class ByteGate(long bytesMax)
{
    private readonly Lock _gate = new();
    private readonly Queue<Waiter> _waiting = new();
    private long _bytes;
    private bool _isClosed;

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
    /// <exception cref="ObjectDisposedException">The gate is closed.</exception>
    public ValueTask<long> EnterAsync(int bytes, long deadline, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_gate)
        {
            if (_isClosed) return ValueTask.FromException<long>(LinkFailure.Disposed());
            if (_waiting.Count == 0 && Fits(bytes))
            {
                _bytes += bytes;
                return ValueTask.FromResult(deadline);
            }

            waiter = new Waiter(this, bytes, deadline);
            _waiting.Enqueue(waiter);
        }

        return WaitAsync(waiter, cancellationToken);
    }

    /// <summary>Enters if that needs no waiting.</summary>
    public bool TryEnter(int bytes)
    {
        lock (_gate)
        {
            if (_isClosed || _waiting.Count > 0 || !Fits(bytes)) return false;
            _bytes += bytes;
            return true;
        }
    }

    /// <summary>Takes bytes out and lets in who waited for the room.</summary>
    public void Leave(long bytes)
    {
        List<Waiter>? admitted;
        lock (_gate)
        {
            _bytes -= bytes;
            admitted = Admit();
        }

        Welcome(admitted);
    }

    /// <summary>Lets all who wait do so at least until a later timestamp. O(waiting).</summary>
    public void Postpone(long until)
    {
        lock (_gate)
        {
            foreach (Waiter waiter in _waiting) waiter.Deadline = Math.Max(waiter.Deadline, until);
        }
    }

    /// <summary>Fails those whose time has run out. O(waiting).</summary>
    /// <param name="now">The present timestamp.</param>
    /// <param name="timedOut">What each fails with.</param>
    /// <returns>How many.</returns>
    public int Sweep(long now, Func<Exception> timedOut) => Fail(waiter => waiter.Deadline <= now, timedOut, false);

    /// <summary>Fails all callers that wait, and later ones.</summary>
    public void Close() => Fail(static _ => true, LinkFailure.Disposed, closes: true);

    private int Fail(Func<Waiter, bool> isToFail, Func<Exception> reason, bool closes)
    {
        List<Waiter>? failed = null;
        List<Waiter>? admitted;
        lock (_gate)
        {
            _isClosed |= closes;
            foreach (Waiter waiter in _waiting)
            {
                if (waiter.IsOver || !isToFail(waiter)) continue;
                waiter.IsOver = true;
                (failed ??= []).Add(waiter);
            }

            admitted = Admit();
        }

        foreach (Waiter waiter in failed ?? []) waiter.SetException(reason());
        Welcome(admitted);
        return failed?.Count ?? 0;
    }

    private bool Fits(int bytes) => _bytes == 0 || _bytes + bytes <= bytesMax;

    /// <summary>
    /// Lets in the first in line while they fit, to be told so outside the lock; those who gave up are passed over.
    /// </summary>
    private List<Waiter>? Admit()
    {
        List<Waiter>? admitted = null;
        while (_waiting.TryPeek(out Waiter? first) && (first.IsOver || Fits(first.Bytes)))
        {
            _waiting.Dequeue();
            if (first.IsOver) continue;
            first.IsOver = true;
            _bytes += first.Bytes;
            (admitted ??= []).Add(first);
        }

        return admitted;
    }

    private static void Welcome(List<Waiter>? admitted)
    {
        foreach (Waiter waiter in admitted ?? []) waiter.SetResult(waiter.Deadline);
    }

    private async ValueTask<long> WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (waiter, token) => ((Waiter)waiter!).GiveUp(token), waiter);
        try
        {
            return await waiter.Task.WithoutPool();
        }
        finally
        {
            registration.Unregister();
        }
    }

    /// <summary>Someone in line. Over (let in, failed, given up) once, decided under the gate's lock.</summary>
    private sealed class Waiter(ByteGate gate, int bytes, long deadline) : TaskCompletionSource<long>
    {
        public int Bytes => bytes;

        public long Deadline { get; set; } = deadline;

        public bool IsOver { get; set; }

        public void GiveUp(CancellationToken cancellationToken)
        {
            List<Waiter>? admitted;
            lock (gate._gate)
            {
                if (IsOver) return;
                IsOver = true;
                admitted = gate.Admit(); // it may have kept smaller ones behind it waiting
            }

            SetCanceled(cancellationToken);
            Welcome(admitted);
        }
    }
}
