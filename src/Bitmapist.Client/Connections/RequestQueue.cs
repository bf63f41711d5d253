using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Connections;

/// <summary>
/// The order of things: batches to be sent, batches to be sent again, batches that await replies, and the socket they
/// go to, if there is one. One lock guards it all, held for a copy of one write's bytes at most.
/// </summary>
/// <remarks>
/// Invariants: a batch is in one of the three lines; those awaiting replies are in the order in which their first bytes
/// were taken by the present socket; every batch in a line holds its bytes in the <see cref="ByteGate"/> and gives them
/// back when it leaves; one writer takes at a time.
/// </remarks>
internal sealed class RequestQueue(ByteGate bytes)
{
    private readonly Lock _gate = new();
    private readonly Queue<PendingBatch> _repeats = new();
    private readonly Queue<PendingBatch> _unsent = new();
    private readonly Queue<PendingBatch> _unanswered = new();
    private Link? _link;
    private PendingBatch? _taking; // begun, and not all of its bytes taken
    private bool _isWriting;
    private bool _isClosed;

    /// <summary>Whether batches wait to be sent.</summary>
    public bool HasUnsent
    {
        get
        {
            lock (_gate) return _taking is not null || _repeats.Count + _unsent.Count > 0;
        }
    }

    /// <summary>Adds a batch whose bytes are in the gate.</summary>
    /// <returns>The socket whose <see cref="Link.Write"/> the caller must now call; null: nothing to do.</returns>
    /// <exception cref="ObjectDisposedException">The queue is closed.</exception>
    public Link? Add(PendingBatch batch)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                Fail(batch, reason: null);
                throw new ObjectDisposedException(nameof(BitmapistClient));
            }

            _unsent.Enqueue(batch);
            return ClaimWriter();
        }
    }

    /// <summary>Batches go to this socket from now on.</summary>
    /// <returns>As <see cref="Add"/>.</returns>
    public Link? Attach(Link link)
    {
        lock (_gate)
        {
            _link = link;
            _isWriting = false;
            return _repeats.Count + _unsent.Count > 0 ? ClaimWriter() : null;
        }
    }

    /// <summary>
    /// Bytes to be written next, as many as there are and fit. 0: there are none, the writer must end, and
    /// <see cref="Add"/> will ask for another.
    /// </summary>
    public int Take(Link link, Span<byte> target, long now)
    {
        lock (_gate)
        {
            if (_link != link) return 0;
            int taken = 0;
            while (taken < target.Length && (_taking ??= Next(now)) is { } batch)
            {
                taken += batch.Take(target[taken..]);
                if (batch.IsTaken) _taking = null;
            }

            if (taken == 0) _isWriting = false;
            return taken;
        }
    }

    /// <summary>The batch that the next reply belongs to, or null if none is owed.</summary>
    public PendingBatch? OldestUnanswered()
    {
        lock (_gate) return _unanswered.TryPeek(out PendingBatch? batch) ? batch : null;
    }

    /// <summary>
    /// Completes the oldest batch, all of whose replies are there. False: they came before it was sent.
    /// </summary>
    public bool TryComplete(PendingBatch batch)
    {
        lock (_gate)
        {
            if (!batch.IsTaken) return false;
            _unanswered.Dequeue();
        }

        bytes.Leave(batch.WireBytes); // first, so that a caller that has its replies finds the room it took free
        batch.Complete();
        batch.Release();
        return true;
    }

    /// <summary>
    /// The socket is gone, and closed. Repeatable batches that awaited replies line up before all others, in order; the
    /// rest fail.
    /// </summary>
    /// <returns>How many will be sent again, and how many failed.</returns>
    public (int Repeated, int Failed) Detach(LinkFailure failure, string address)
    {
        lock (_gate)
        {
            _link = null;
            _isWriting = false;
            _taking = null;
            int failed = 0;
            int repeated = 0;
            int waitingBefore = _repeats.Count;
            while (_unanswered.TryDequeue(out PendingBatch? batch))
            {
                bool isRepeated = !batch.IsAbandoned && batch.IsRepeatable && !failure.IsViolation
                    && batch.Attempts < Limits.AttemptsMax;
                if (isRepeated)
                {
                    repeated++;
                    batch.Restart();
                    _repeats.Enqueue(batch);
                    continue;
                }

                if (Fail(batch, batch.IsAbandoned ? null : failure.ToException(batch, address))) failed++;
            }

            // Those that were still waiting for their repeat come after those that were sent before them.
            for (; waitingBefore > 0; waitingBefore--) _repeats.Enqueue(_repeats.Dequeue());
            return (repeated, failed);
        }
    }

    /// <summary>Fails what ran out of time, and drops unsent batches that nobody waits for. O(batches).</summary>
    /// <param name="now">The present timestamp.</param>
    /// <param name="timedOut">What a batch fails with.</param>
    /// <returns>How many ran out of time.</returns>
    public int Sweep(long now, Func<PendingBatch, BitmapistException> timedOut)
    {
        lock (_gate)
        {
            int late = 0;
            foreach (PendingBatch batch in _unanswered)
                if (IsLate(batch, now) && batch.TrySetException(timedOut(batch))) late++;
            return late + SweepUnsent(_repeats, now, timedOut) + SweepUnsent(_unsent, now, timedOut);
        }
    }

    /// <summary>
    /// Lets the batch being answered wait longer, and, while that one answer blocks the line, all others too.
    /// O(batches).
    /// </summary>
    /// <param name="until">The timestamp until which they may wait at least.</param>
    /// <param name="isBlocking">Whether those behind wait for nothing but that answer.</param>
    public void Postpone(long until, bool isBlocking)
    {
        lock (_gate)
        {
            foreach (PendingBatch batch in _unanswered)
            {
                batch.Postpone(until);
                if (!isBlocking) return;
            }

            foreach (PendingBatch batch in _repeats) batch.Postpone(until);
            foreach (PendingBatch batch in _unsent) batch.Postpone(until);
        }
    }

    /// <summary>Fails all that wait for a connection.</summary>
    /// <param name="reason">Asked for each batch, because an exception has one stack trace.</param>
    public void FailUnsent(Func<PendingBatch, Exception> reason)
    {
        lock (_gate)
        {
            FailAll(_repeats, reason);
            FailAll(_unsent, reason);
        }
    }

    /// <summary>Fails everything, and whatever is added later.</summary>
    public void Close(Func<PendingBatch, Exception> reason)
    {
        lock (_gate)
        {
            _isClosed = true;
            _link = null;
            FailAll(_repeats, reason);
            FailAll(_unsent, reason);
            FailAll(_unanswered, reason);
        }
    }

    private Link? ClaimWriter()
    {
        if (_isWriting || _link is null) return null;
        _isWriting = true;
        return _link;
    }

    private PendingBatch? Next(long now)
    {
        while (_repeats.TryDequeue(out PendingBatch? batch) || _unsent.TryDequeue(out batch))
        {
            if (batch.IsAbandoned)
            {
                Fail(batch, reason: null);
                continue;
            }

            batch.Begin(now);
            _unanswered.Enqueue(batch);
            return batch;
        }

        return null;
    }

    private static bool IsLate(PendingBatch batch, long now) => batch.Deadline <= now && !batch.IsAbandoned;

    private int SweepUnsent(Queue<PendingBatch> line, long now, Func<PendingBatch, BitmapistException> timedOut)
    {
        int late = 0;
        for (int i = line.Count; i > 0; i--)
        {
            PendingBatch batch = line.Dequeue();
            if (!IsLate(batch, now) && !batch.IsAbandoned) line.Enqueue(batch);
            else if (Fail(batch, batch.IsAbandoned ? null : timedOut(batch))) late++;
        }

        return late;
    }

    private void FailAll(Queue<PendingBatch> line, Func<PendingBatch, Exception> reason)
    {
        while (line.TryDequeue(out PendingBatch? batch)) Fail(batch, reason(batch));
    }

    /// <summary>Ends a batch that has left its line; false: nobody waited for it any more.</summary>
    private bool Fail(PendingBatch batch, Exception? reason)
    {
        bytes.Leave(batch.WireBytes);
        batch.Release();
        return reason is not null && batch.TrySetException(reason);
    }
}
