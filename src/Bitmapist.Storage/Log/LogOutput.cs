using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>
/// The log behind its write gate: moves records from the buffer into segments, and knows whether that can go on. A
/// write that fails, or an fsync, ends it until <see cref="TryResume"/>. Any thread; every method holds the gate while
/// it writes, none while it calls <see cref="Failing"/>.
/// </summary>
internal sealed class LogOutput(
    LogBuffer buffer, SegmentChain chain, LogProgress progress, SyncDelay delay, string databasePath)
{
    private readonly Lock _gate = new();
    private readonly List<LogChunk> _chunks = []; // taken from the buffer and not written yet
    private volatile StorageException? _failure;
    private volatile bool _isSyncFailed;
    private volatile bool _needsSnapshot;

    /// <summary>See <see cref="LogWriter.Failing"/>.</summary>
    public Action? Failing { get; set; }

    /// <summary>Why the log takes nothing now; null while it works.</summary>
    public StorageException? Failure => _failure;

    /// <summary>An fsync failed, and only a snapshot leads on.</summary>
    public bool NeedsSnapshot => _needsSnapshot;

    /// <summary>An fsync failed since the log worked last.</summary>
    public bool IsSyncFailed => _isSyncFailed;

    public void ChangePolicy(FsyncPolicy policy)
    {
        lock (_gate) progress.ChangePolicy(policy);
    }

    /// <summary>Has everything up to a position written, by this thread or by another that came first.</summary>
    /// <exception cref="StorageException">It is not written, and will not be.</exception>
    public void Write(long position)
    {
        if (progress.Written >= position) return;
        bool beganToFail = false;
        StorageException reason;
        // Group commit: the first thread to enter writes for all that wait here, which then find their records written.
        lock (_gate)
        {
            if (progress.Written < position && _failure is null) beganToFail = !TryWriteBuffered();
            if (progress.Written >= position) return;
            reason = _failure?.Again() ?? Missed();
        }

        if (beganToFail) Failing?.Invoke();
        throw reason;
    }

    /// <summary>Writes what is buffered, and takes what is to be synced; false when nothing may be.</summary>
    /// <param name="work">What is to be synced.</param>
    /// <param name="target">The position that is durable then.</param>
    public bool TryBeginSync(out SyncWork work, out long target)
    {
        bool beganToFail;
        lock (_gate)
        {
            beganToFail = _failure is null && !TryWriteBuffered();
            target = progress.Written;
            if (_isSyncFailed)
            {
                chain.CloseForgotten();
                work = default;
                return false;
            }

            work = chain.TakeForSync();
            delay.SyncBegins();
        }

        if (beganToFail) Failing?.Invoke();
        return true;
    }

    /// <summary>These were synced, and the names of all: to be noted before the current segment is synced.</summary>
    public void NoteSynced(List<LogSegment> left)
    {
        lock (_gate) chain.Synced(left);
    }

    /// <summary>A segment could not be synced.</summary>
    /// <returns>Whether that ends the log's work; false when the segment has become useless meanwhile.</returns>
    public bool NoteSyncFailure(in SyncWork work, long sequence, StorageException reason)
    {
        lock (_gate)
        {
            chain.Spoil(work, sequence);
            if (!chain.IsSpoiled) return false;
            _isSyncFailed = _needsSnapshot = true;
            _failure = reason;
            delay.Forget();
        }

        Failing?.Invoke();
        return true;
    }

    /// <summary>Segments before this one are useless.</summary>
    public void Forget(long sequence)
    {
        lock (_gate)
        {
            chain.Forget(sequence);
            _needsSnapshot = chain.IsSpoiled;
        }
    }

    /// <inheritdoc cref="LogWriter.IsInPlace"/>
    public bool IsInPlace()
    {
        lock (_gate) return chain.IsInPlace();
    }

    /// <inheritdoc cref="LogWriter.Discard"/>
    public long Discard(Action<long>? retaining)
    {
        lock (_gate)
        {
            if (_failure is null) throw new InvalidOperationException("The log works.");
            // One decision, under the gate: a failing fsync may make it less at any moment.
            long retained = _isSyncFailed ? progress.Retained : progress.Written;
            retaining?.Invoke(retained);
            _chunks.Clear();
            long end = buffer.Discard();
            progress.NoteWritten(end);
            if (_isSyncFailed) progress.NoteDropped(end); // else what is written may still be synced
            return retained;
        }
    }

    /// <inheritdoc cref="LogWriter.TryResume"/>
    public bool TryResume()
    {
        lock (_gate)
        {
            if (_failure is null) return true;
            if (_needsSnapshot) return false;
            try
            {
                chain.Probe(buffer.Segment, StorageLimits.ProbeBytes);
            }
            catch (StorageException reason)
            {
                _failure = reason;
                _needsSnapshot = chain.IsSpoiled;
                return false;
            }

            _isSyncFailed = false;
            _failure = null;
            return true;
        }
    }

    /// <summary>For callers that wait for what was discarded meanwhile.</summary>
    public StorageException Missed() => new(databasePath, null, "the log could not be written, and was taken back");

    /// <summary>
    /// Everything buffered goes out, in one write where no segment begins. What cannot be written stays in
    /// <see cref="_chunks"/> until it is discarded.
    /// </summary>
    /// <returns>False: <see cref="Failure"/> says why.</returns>
    private bool TryWriteBuffered()
    {
        try
        {
            buffer.Take(_chunks);
            if (_chunks.Count == 0) WriteOwedNote();
            while (_chunks.Count > 0)
            {
                LogChunk chunk = _chunks[0];
                Write(chunk);
                _chunks.RemoveAt(0);
                delay.Written();
                progress.NoteWritten(progress.Written + chunk.Count);
                buffer.Return(chunk.Buffer);
            }

            _failure = null;
        }
        catch (Exception reason) // whatever it is: what was taken from the buffer must not be passed over
        {
            _failure = reason as StorageException
                ?? new StorageException(databasePath, null, $"writing the log failed: {reason.Message}", reason);
        }

        return _failure is null;
    }

    /// <summary>A write that fails is cut back and tried once more.</summary>
    private void Write(in LogChunk chunk)
    {
        ReadOnlySpan<byte> records = chunk.Buffer.AsSpan(0, chunk.Count);
        try
        {
            chain.Write(chunk.Segment, records);
        }
        catch (StorageException)
        {
            chain.Write(chunk.Segment, records); // which first cuts back what the first attempt left
        }
    }

    private void WriteOwedNote()
    {
        try
        {
            chain.WriteOwedNote();
        }
        catch (StorageException)
        {
            chain.WriteOwedNote();
        }
    }
}
