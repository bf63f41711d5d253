using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>
/// The append-only log of a database, with group commit. Any thread appends and commits. Two gates, always entered in
/// the order write gate, buffer gate: appending takes the second alone, for the length of a copy, and never waits for
/// the disk. fsync happens on a thread of its own (<see cref="LogSyncer"/>).
/// <para>
/// A failed write (or a segment that cannot be created) is cut back and tried once more; then the log takes nothing
/// until <see cref="TryResume"/> finds that it can be written again. A failed fsync is final for its segment: the log
/// takes nothing until a snapshot made that segment useless (<see cref="DeleteSegmentsBefore"/>). Either way the owner
/// is told (<see cref="Failing"/>), and takes back what <see cref="Discard"/> says that the log does not have.
/// </para>
/// </summary>
public sealed class LogWriter : IDisposable
{
    private readonly string databasePath;
    private readonly IFileSystem files;
    private readonly LogBuffer buffer;
    private readonly LogSyncer syncer;
    private readonly SyncDelay delay;
    private readonly SegmentChain chain;
    private readonly LogOutput output;
    private readonly Lock writeGate = new();
    private long promised; // what was acknowledged as written before the policy became Always
    private volatile FsyncPolicy policy;
    private volatile StorageException? failure;
    private volatile bool isSyncFailed;
    private volatile bool needsSnapshot;
    private volatile bool disposed;

    private LogWriter(
        IFileSystem files, string databasePath, SegmentChain chain, long sequence, FsyncPolicy policy,
        TimeProvider time)
    {
        this.files = files;
        this.databasePath = databasePath;
        this.chain = chain;
        this.policy = policy;
        buffer = new LogBuffer(sequence);
        delay = new SyncDelay(time);
        output = new LogOutput(buffer, chain, delay, databasePath);
        syncer = new LogSyncer(this, files, delay, databasePath, time);
    }

    /// <summary>Called when the log begins to fail, and when an fsync fails while writes do; by whoever noticed, who
    /// holds none of the log's gates. Set once, before anything is appended.</summary>
    public Action? Failing { get; set; }

    /// <summary>Bytes of records ever appended to this object, discarded ones included.</summary>
    public long AppendedPosition => buffer.AppendedPosition;

    /// <summary>The position up to which the promise of the current policy holds.</summary>
    public long CommittedPosition
    {
        get
        {
            long upTo = WrittenPosition; // before the policy is read: a change of it keeps what was written by then
            return policy == FsyncPolicy.Always ? syncer.SyncedPosition : upTo;
        }
    }

    /// <summary>The position up to which nothing will have to be taken back, whatever fails from here on.</summary>
    public long RetainedPosition
    {
        get
        {
            long upTo = WrittenPosition;
            if (policy != FsyncPolicy.Always) return upTo;
            return Math.Max(syncer.SyncedPosition, Volatile.Read(ref promised));
        }
    }

    /// <summary>The position up to which the system has the bytes: they survive the end of this process.</summary>
    public long WrittenPosition => output.Position;

    /// <summary>The position up to which the bytes survive a power cut.</summary>
    public long SyncedPosition => syncer.SyncedPosition;

    /// <summary>Why the log takes nothing now; null while it works.</summary>
    public StorageException? Failure => failure;

    /// <summary>An fsync failed, and only a snapshot leads on: <see cref="TryResume"/> is in vain before it.</summary>
    public bool NeedsSnapshot => needsSnapshot;

    /// <summary>An fsync failed since the log worked last.</summary>
    public bool IsSyncFailed => isSyncFailed;

    /// <summary>Commits that waited for the disk under <see cref="FsyncPolicy.EverySecond"/>.</summary>
    public long DelayedCommits => delay.Count;

    /// <summary>May change at any time; commits already waiting are still synced.</summary>
    public FsyncPolicy Policy
    {
        get => policy;
        set
        {
            lock (writeGate)
            {
                Volatile.Write(ref promised, RetainedPosition);
                policy = value;
            }
        }
    }

    /// <summary>Sequence of the segment that further records go to.</summary>
    public long Sequence => buffer.Segment;

    /// <summary>Bytes of the segment being written, header included; 0 while there is none.</summary>
    public long SegmentBytes
    {
        get
        {
            lock (writeGate) return chain.SegmentBytes;
        }
    }

    /// <summary>Bytes of all segments that the database file needs.</summary>
    public long TotalBytes => chain.TotalBytes;

    /// <summary>
    /// Begins segment <paramref name="sequence"/>, which <see cref="LogRecovery.Recover"/> returned: everything
    /// before it must be whole and synced.
    /// </summary>
    public static LogWriter Open(
        IFileSystem files, string databasePath, Guid databaseId, long sequence, FsyncPolicy policy, TimeProvider time)
    {
        var chain = new SegmentChain(files, databasePath, databaseId);
        foreach ((long earlierSequence, string path) in SegmentName.List(files, databasePath))
        {
            using IFile file = files.Open(path, FileOpen.ReadExisting);
            chain.AddEarlier(earlierSequence, file.Length);
        }

        chain.Begin(sequence);
        LogWriter log = new(files, databasePath, chain, sequence, policy, time);
        log.syncer.Start();
        return log;
    }

    /// <summary>
    /// Buffers one record; returns the position after it. Does no I/O. The caller commits that position before it
    /// acknowledges anything. At most <see cref="Limits.RecordBytesMax"/> bytes, else ArgumentException.
    /// </summary>
    /// <exception cref="StorageException">The log takes nothing now.</exception>
    public long Append(ReadOnlySpan<byte> payload)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (failure is { } reason) throw reason.Again();
        return buffer.Append(payload);
    }

    /// <summary>
    /// Completes when everything up to <paramref name="position"/> is written (EverySecond, No: at once, on this
    /// thread) or synced (Always).
    /// </summary>
    /// <exception cref="StorageException">It is not, and will not be.</exception>
    public ValueTask CommitAsync(long position) =>
        TryCommit(position) ? AcknowledgeAsync(position) : SyncAsync(position);

    /// <summary>The same without waiting for an fsync: false when that is what it takes.</summary>
    /// <exception cref="StorageException">The position is not written, and will not be.</exception>
    public bool TryCommit(long position)
    {
        if (CommittedPosition >= position) return true;
        if (policy == FsyncPolicy.Always)
        {
            if (failure is { } reason && WrittenPosition < position) throw reason.Again();
            return false;
        }

        Write(position);
        return CommittedPosition >= position; // or the policy has become Always
    }

    /// <summary>
    /// Completes at once, unless the policy is EverySecond and the disk is behind by more than it promises: then when
    /// everything up to <paramref name="position"/>, which is written, is synced.
    /// </summary>
    /// <exception cref="StorageException">The fsync failed.</exception>
    public ValueTask AcknowledgeAsync(long position)
    {
        if (!IsAcknowledgementDelayed(position)) return ValueTask.CompletedTask;
        delay.CountOne();
        return SyncAsync(position);
    }

    /// <summary>Whether <see cref="AcknowledgeAsync"/> would wait.</summary>
    public bool IsAcknowledgementDelayed(long position) =>
        SyncedPosition < position && policy == FsyncPolicy.EverySecond && delay.IsOverdue;

    /// <summary>Completes when everything up to <paramref name="position"/> is synced, whatever the policy.</summary>
    /// <exception cref="StorageException">It is not, and will not be.</exception>
    public ValueTask SyncAsync(long position)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return syncer.SyncAsync(position);
    }

    /// <summary>Writes what nobody has committed yet; whether it is written.</summary>
    public bool TryWrite()
    {
        try
        {
            Write(AppendedPosition);
            return true;
        }
        catch (StorageException)
        {
            return false; // whose commit it was is told
        }
    }

    /// <summary>
    /// Sends further records to a new segment and returns its sequence. Called while nobody else appends. Does no
    /// I/O: the first write of such a record creates the file. The old one is synced in the background.
    /// </summary>
    public long Rotate()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        long sequence = buffer.NextSegment();
        syncer.Request();
        return sequence;
    }

    /// <summary>
    /// Whether every segment still stands under its name, where a start looks for it. Not to be asked while segments
    /// are being deleted.
    /// </summary>
    /// <exception cref="StorageException">It cannot be told.</exception>
    public bool IsInPlace()
    {
        lock (writeGate) return chain.IsInPlace();
    }

    /// <summary>Deletes the segments that a snapshot needing only this sequence onwards made useless.</summary>
    public void DeleteSegmentsBefore(long sequence)
    {
        if (sequence > Sequence)
            throw new ArgumentOutOfRangeException(nameof(sequence), sequence, "That segment has not begun.");
        lock (writeGate)
        {
            chain.Forget(sequence);
            needsSnapshot = chain.IsSpoiled;
        }

        syncer.Request(); // which closes them, as it may be syncing one just now
        foreach ((long oldSequence, string path) in SegmentName.List(files, databasePath))
        {
            if (oldSequence >= sequence) break;
            files.Delete(path);
        }
    }

    /// <summary>
    /// Drops what a failing log does not have. Called while nobody else appends. Positions are never used twice: those
    /// dropped count as dealt with from now on.
    /// </summary>
    /// <returns>The position up to which records count; the caller takes back what came behind it.</returns>
    public long Discard()
    {
        lock (writeGate)
        {
            if (failure is null) throw new InvalidOperationException("The log works.");
            long retained = isSyncFailed ? RetainedPosition : WrittenPosition;
            long end = output.Discard();
            if (!isSyncFailed) return retained; // what is written may still be synced
            Volatile.Write(ref promised, end);
            syncer.Settle(end);
            return retained;
        }
    }

    /// <summary>
    /// Tries whether a failing log, what it does not have being discarded, can be written again, and takes records if
    /// so.
    /// </summary>
    /// <returns>Whether it does; if not, <see cref="Failure"/> has the latest reason.</returns>
    public bool TryResume()
    {
        lock (writeGate)
        {
            if (failure is null) return true;
            if (disposed || needsSnapshot) return false;
            try
            {
                chain.Probe(buffer.Segment, Limits.ProbeBytes);
            }
            catch (StorageException reason)
            {
                failure = reason;
                needsSnapshot = chain.IsSpoiled;
                return false;
            }

            isSyncFailed = false;
            failure = null;
            return true;
        }
    }

    /// <summary>Writes and syncs what is left. A failure in doing so is in <see cref="Failure"/> afterwards.</summary>
    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        syncer.Dispose();
        chain.Dispose();
    }

    /// <summary>Writes what is buffered, and takes what is to be synced; false when nothing may be.</summary>
    internal bool TryBeginSync(out SyncWork work, out long target)
    {
        bool beganToFail;
        lock (writeGate)
        {
            beganToFail = failure is null && !TryWriteBuffered();
            target = output.Position;
            if (isSyncFailed)
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
    internal void NoteSynced(List<LogSegment> left)
    {
        lock (writeGate) chain.Synced(left);
    }

    /// <summary>A segment could not be synced.</summary>
    /// <returns>Whether that ends the log's work; false when the segment has become useless meanwhile.</returns>
    internal bool NoteSyncFailure(in SyncWork work, long sequence, StorageException reason)
    {
        lock (writeGate)
        {
            chain.Spoil(work, sequence);
            if (!chain.IsSpoiled) return false;
            isSyncFailed = needsSnapshot = true;
            failure = reason;
            delay.Forget();
        }

        Failing?.Invoke();
        return true;
    }

    /// <summary>For who waited for what was discarded meanwhile.</summary>
    internal StorageException Missed() => new(databasePath, null, "the log could not be written, and was taken back");

    /// <summary>Has everything up to a position written, by this thread or by another that came first.</summary>
    private void Write(long position)
    {
        if (WrittenPosition >= position) return;
        bool beganToFail = false;
        StorageException reason;
        // Whoever enters first writes for all who wait here; they then find their records written.
        lock (writeGate)
        {
            if (WrittenPosition < position && failure is null) beganToFail = !TryWriteBuffered();
            if (WrittenPosition >= position) return;
            reason = failure?.Again() ?? Missed();
        }

        if (beganToFail) Failing?.Invoke();
        throw reason;
    }

    /// <summary>Under the write gate.</summary>
    private bool TryWriteBuffered()
    {
        failure = output.Write();
        return failure is null;
    }
}
