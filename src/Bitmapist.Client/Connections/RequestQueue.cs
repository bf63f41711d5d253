namespace Bitmapist.Client.Connections;

/// <summary>
/// The order of things: batches to be sent, batches to be sent again, batches that await replies, and the socket they
/// go to, if there is one. One lock guards it all, held for a copy of one write's bytes at most.
/// </summary>
/// <remarks>
/// Invariants: a batch is in one of the three lines; those awaiting replies are in the order in which their first bytes
/// were taken by the present socket; every batch in a line holds its bytes in the <see cref="ByteGate"/> and gives them
/// back when it has left; one writer takes at a time. Callers are told outside the lock, since they go on within that
/// call.
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

    /// <summary>Adds a batch whose bytes are in the gate.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="isQuiet">
    /// Whether nothing else is under way: then the server has read all that was sent, and the socket has room.
    /// </param>
    /// <returns>The socket whose <see cref="Link.Write"/> the caller must now call; null: nothing to do.</returns>
    /// <exception cref="ObjectDisposedException">The queue is closed.</exception>
    public Link? Add(PendingBatch batch, out bool isQuiet)
    {
        lock (_gate)
        {
            isQuiet = _unanswered.Count + _repeats.Count + _unsent.Count == 0;
            if (!_isClosed)
            {
                _unsent.Enqueue(batch);
                return ClaimWriter();
            }
        }

        bytes.Leave(batch.WireBytes);
        batch.Release();
        throw LinkFailure.Disposed();
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
        var departures = new Departures();
        int taken = 0;
        lock (_gate)
        {
            if (_link != link) return 0;
            while (taken < target.Length && (_taking ??= Next(now, ref departures)) is { } batch)
            {
                taken += batch.Take(target[taken..]);
                if (batch.IsTaken) _taking = null;
            }

            if (taken == 0) _isWriting = false;
        }

        departures.Settle(bytes);
        return taken;
    }

    /// <summary>
    /// Whether a writer that wants to leave must be followed by another, since there is more; if not, the next
    /// <see cref="Add"/> asks for one.
    /// </summary>
    public bool NeedsAnotherWriter(Link link)
    {
        lock (_gate)
        {
            if (_link != link) return false;
            _isWriting = _taking is not null || _repeats.Count + _unsent.Count > 0;
            return _isWriting;
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
        return true;
    }

    /// <summary>
    /// The socket is gone, and closed. Repeatable batches that awaited replies line up before all others, in order; the
    /// rest fail.
    /// </summary>
    /// <returns>How many will be sent again, and how many failed.</returns>
    public (int Repeated, int Failed) Detach(LinkFailure failure, string address)
    {
        var departures = new Departures();
        int repeated = 0;
        lock (_gate)
        {
            _link = null;
            _isWriting = false;
            _taking = null;
            int waitingBefore = _repeats.Count;
            while (_unanswered.TryDequeue(out PendingBatch? batch))
            {
                bool isRepeated = !batch.IsAbandoned && batch.IsRepeatable && !failure.IsViolation
                    && batch.Attempts < ClientLimits.AttemptsMax;
                if (isRepeated)
                {
                    repeated++;
                    batch.Restart();
                    _repeats.Enqueue(batch);
                    continue;
                }

                departures.Add(batch, batch.IsAbandoned ? null : failure.ToException(batch, address));
            }

            // Those that were still waiting for their repeat come after those that were sent before them.
            for (; waitingBefore > 0; waitingBefore--) _repeats.Enqueue(_repeats.Dequeue());
        }

        return (repeated, departures.Settle(bytes));
    }

    /// <summary>Fails what ran out of time, and drops unsent batches that nobody waits for. O(batches).</summary>
    /// <param name="now">The present timestamp.</param>
    /// <param name="timedOut">What a batch fails with.</param>
    /// <returns>How many ran out of time.</returns>
    public int Sweep(long now, Func<PendingBatch, BitmapistException> timedOut)
    {
        var departures = new Departures();
        lock (_gate)
        {
            foreach (PendingBatch batch in _unanswered)
                if (IsLate(batch, now)) departures.Tell(batch, timedOut(batch));
            SweepUnsent(_repeats, now, timedOut, ref departures);
            SweepUnsent(_unsent, now, timedOut, ref departures);
        }

        return departures.Settle(bytes);
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
        var departures = new Departures();
        lock (_gate)
        {
            FailAll(_repeats, reason, ref departures);
            FailAll(_unsent, reason, ref departures);
        }

        departures.Settle(bytes);
    }

    /// <summary>Fails everything, and whatever is added later.</summary>
    public void Close(Func<PendingBatch, Exception> reason)
    {
        var departures = new Departures();
        lock (_gate)
        {
            _isClosed = true;
            _link = null;
            FailAll(_repeats, reason, ref departures);
            FailAll(_unsent, reason, ref departures);
            FailAll(_unanswered, reason, ref departures);
        }

        departures.Settle(bytes);
    }

    private Link? ClaimWriter()
    {
        if (_isWriting || _link is null) return null;
        _isWriting = true;
        return _link;
    }

    private PendingBatch? Next(long now, ref Departures departures)
    {
        while (_repeats.TryDequeue(out PendingBatch? batch) || _unsent.TryDequeue(out batch))
        {
            if (batch.IsAbandoned)
            {
                departures.Add(batch, reason: null);
                continue;
            }

            batch.Begin(now);
            _unanswered.Enqueue(batch);
            return batch;
        }

        return null;
    }

    private static bool IsLate(PendingBatch batch, long now) => batch.Deadline <= now && !batch.IsAbandoned;

    private static void SweepUnsent(
        Queue<PendingBatch> line, long now, Func<PendingBatch, BitmapistException> timedOut, ref Departures departures)
    {
        for (int i = line.Count; i > 0; i--)
        {
            PendingBatch batch = line.Dequeue();
            if (!IsLate(batch, now) && !batch.IsAbandoned) line.Enqueue(batch);
            else departures.Add(batch, batch.IsAbandoned ? null : timedOut(batch));
        }
    }

    private static void FailAll(
        Queue<PendingBatch> line, Func<PendingBatch, Exception> reason, ref Departures departures)
    {
        while (line.TryDequeue(out PendingBatch? batch)) departures.Add(batch, reason(batch));
    }

    /// <summary>What is to be done outside the lock: bytes to give back, callers to tell.</summary>
    private struct Departures
    {
        private long _bytes;
        private List<(PendingBatch Batch, Exception Reason)>? _told;

        /// <summary>A batch has left its line; null: nobody waits for it any more.</summary>
        public void Add(PendingBatch batch, Exception? reason)
        {
            _bytes += batch.WireBytes;
            batch.Release();
            if (reason is not null) Tell(batch, reason);
        }

        /// <summary>A caller stops waiting; its batch keeps its place in line.</summary>
        public void Tell(PendingBatch batch, Exception reason) => (_told ??= []).Add((batch, reason));

        /// <summary>Does it; gives the number of callers that were still waiting.</summary>
        public readonly int Settle(ByteGate gate)
        {
            if (_bytes > 0) gate.Leave(_bytes);
            int waiting = 0;
            foreach ((PendingBatch batch, Exception reason) in _told ?? [])
                if (batch.TrySetException(reason)) waiting++;
            return waiting;
        }
    }
}
