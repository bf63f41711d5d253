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
    private readonly string _databasePath;
    private readonly IFileSystem _files;
    private readonly LogBuffer _buffer;
    private readonly LogSyncer _syncer;
    private readonly SyncDelay _delay;
    private readonly SegmentChain _chain;
    private readonly LogOutput _output;
    private readonly LogProgress _progress;
    private volatile bool _disposed;

    private LogWriter(
        IFileSystem files, string databasePath, SegmentChain chain, long sequence, FsyncPolicy policy,
        TimeProvider time)
    {
        _files = files;
        _databasePath = databasePath;
        _chain = chain;
        _buffer = new LogBuffer(sequence);
        _delay = new SyncDelay(time);
        _progress = new LogProgress(policy);
        _output = new LogOutput(_buffer, chain, _progress, _delay, databasePath);
        _syncer = new LogSyncer(_buffer, _output, _progress, files, _delay, databasePath, time);
    }

    /// <summary>Called when the log begins to fail, and when an fsync fails while writes do; by the thread that
    /// noticed, which holds none of the log's gates. Set once, before anything is appended.</summary>
    public Action? Failing
    {
        get => _output.Failing;
        set => _output.Failing = value;
    }

    /// <summary>Bytes of records ever appended to this object, discarded ones included.</summary>
    public long AppendedPosition => _buffer.AppendedPosition;

    /// <summary>The position up to which the promise of the current policy holds.</summary>
    public long CommittedPosition => _progress.Committed;

    /// <summary>The position up to which nothing will have to be taken back, whatever fails from here on.</summary>
    public long RetainedPosition => _progress.Retained;

    /// <summary>The position up to which the system has the bytes: they survive the end of this process.</summary>
    public long WrittenPosition => _progress.Written;

    /// <summary>The position up to which the bytes survive a power cut.</summary>
    public long SyncedPosition => _progress.Synced;

    /// <summary>Why the log takes nothing now; null while it works.</summary>
    public StorageException? Failure => _output.Failure;

    /// <summary>An fsync failed, and only a snapshot leads on: <see cref="TryResume"/> is in vain before it.</summary>
    public bool NeedsSnapshot => _output.NeedsSnapshot;

    /// <summary>An fsync failed since the log worked last.</summary>
    public bool IsSyncFailed => _output.IsSyncFailed;

    /// <summary>Commits that waited for the disk under <see cref="FsyncPolicy.EverySecond"/>.</summary>
    public long DelayedCommits => _delay.Count;

    /// <summary>May change at any time; commits already waiting are still synced.</summary>
    public FsyncPolicy Policy
    {
        get => _progress.Policy;
        set => _output.ChangePolicy(value);
    }

    /// <summary>Sequence of the segment that further records go to.</summary>
    public long Sequence => _buffer.Segment;

    /// <summary>Bytes of all segments that the database file needs.</summary>
    public long TotalBytes => _chain.TotalBytes;

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
        log._syncer.Start();
        return log;
    }

    /// <summary>
    /// Buffers one record; returns the position after it. Does no I/O. The caller commits that position before it
    /// acknowledges anything. At most <see cref="StorageLimits.RecordBytesMax"/> bytes, else ArgumentException.
    /// </summary>
    /// <exception cref="StorageException">The log takes nothing now.</exception>
    public long Append(ReadOnlySpan<byte> payload)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Failure is { } reason) throw reason.Again();
        return _buffer.Append(payload);
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
        if (Policy == FsyncPolicy.Always)
        {
            if (Failure is { } reason && WrittenPosition < position) throw reason.Again();
            return false;
        }

        _output.Write(position);
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
        _delay.CountOne();
        return SyncAsync(position);
    }

    /// <summary>Whether <see cref="AcknowledgeAsync"/> would wait.</summary>
    public bool IsAcknowledgementDelayed(long position) =>
        SyncedPosition < position && Policy == FsyncPolicy.EverySecond && _delay.IsOverdue;

    /// <summary>Completes when everything up to <paramref name="position"/> is synced, whatever the policy.</summary>
    /// <exception cref="StorageException">It is not, and will not be.</exception>
    public ValueTask SyncAsync(long position)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _syncer.SyncAsync(position);
    }

    /// <summary>Writes what nobody has committed yet; whether it is written.</summary>
    public bool TryWrite()
    {
        try
        {
            _output.Write(AppendedPosition);
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
        ObjectDisposedException.ThrowIf(_disposed, this);
        long sequence = _buffer.NextSegment();
        _syncer.Request();
        return sequence;
    }

    /// <summary>
    /// Whether every segment is still under its name, where a start looks for it. Not to be asked while segments
    /// are being deleted.
    /// </summary>
    /// <exception cref="StorageException">It cannot be told.</exception>
    public bool IsInPlace() => _output.IsInPlace();

    /// <summary>Deletes the segments that a snapshot needing only this sequence onwards made useless.</summary>
    public void DeleteSegmentsBefore(long sequence)
    {
        if (sequence > Sequence)
            throw new ArgumentOutOfRangeException(nameof(sequence), sequence, "That segment has not begun.");
        _output.Forget(sequence);
        _syncer.Request(); // which closes them, as it may be syncing one just now
        foreach ((long oldSequence, string path) in SegmentName.List(_files, _databasePath))
        {
            if (oldSequence >= sequence) break;
            _files.Delete(path);
        }
    }

    /// <summary>
    /// Drops what a failing log does not have. Called while nobody else appends. Positions are never used twice: those
    /// dropped count as dealt with from now on.
    /// </summary>
    /// <param name="retaining">Told the position up to which records count, before those that wait for later ones are
    /// released.</param>
    /// <returns>That position; the caller takes back what came behind it.</returns>
    public long Discard(Action<long>? retaining = null) => _output.Discard(retaining);

    /// <summary>
    /// Tries whether a failing log, what it does not have being discarded, can be written again, and takes records if
    /// so.
    /// </summary>
    /// <returns>Whether it does; if not, <see cref="Failure"/> has the latest reason.</returns>
    public bool TryResume() => Failure is null || (!_disposed && _output.TryResume());

    /// <summary>Writes and syncs what is left. A failure in doing so is in <see cref="Failure"/> afterwards.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _syncer.Dispose();
        _chain.Dispose();
    }
}

/// <summary>When the log is forced to stable storage: what a power cut, not a crash, can take.</summary>
public enum FsyncPolicy
{
    /// <summary>Before a commit completes: nothing.</summary>
    Always,

    /// <summary>In the background once a second: about the last second.</summary>
    EverySecond,

    /// <summary>When the system pleases, at rotation and at shutdown.</summary>
    No,
}
