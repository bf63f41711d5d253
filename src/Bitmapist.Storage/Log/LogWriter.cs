using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>
/// The append-only log of a database, with group commit. Any thread appends and commits. Two gates, always entered in
/// the order write gate, buffer gate: appending takes the second alone, for the length of a copy, and never waits for
/// the disk. fsync happens on a thread of its own (<see cref="LogSyncer"/>). The first failure is final: what was
/// buffered then is lost, and everything later is refused.
/// </summary>
public sealed class LogWriter : IDisposable
{
    private readonly IFileSystem files;
    private readonly string databasePath;
    private readonly Guid databaseId;
    private readonly LogBuffer buffer;
    private readonly LogSyncer syncer;
    private readonly Lock writeGate = new();
    private readonly List<LogChunk> chunks = [];
    private readonly List<LogSegment> leaving = [];
    private readonly Dictionary<long, long> closedBytes = [];
    private LogSegment segment;
    private long written;
    private volatile FsyncPolicy policy;
    private volatile StorageException? failure;
    private volatile bool disposed;

    private LogWriter(IFileSystem files, string databasePath, Guid databaseId, LogSegment segment, TimeProvider time)
    {
        this.files = files;
        this.databasePath = databasePath;
        this.databaseId = databaseId;
        this.segment = segment;
        buffer = new LogBuffer(segment.Sequence);
        syncer = new LogSyncer(this, time);
    }

    /// <summary>Bytes of records ever appended to this object.</summary>
    public long AppendedPosition => buffer.AppendedPosition;

    /// <summary>The position up to which the promise of the current policy holds.</summary>
    public long CommittedPosition =>
        policy == FsyncPolicy.Always ? syncer.SyncedPosition : Volatile.Read(ref written);

    /// <summary>The position up to which the system has the bytes: they survive the end of this process.</summary>
    public long WrittenPosition => Volatile.Read(ref written);

    /// <summary>The position up to which the bytes survive a power cut.</summary>
    public long SyncedPosition => syncer.SyncedPosition;

    /// <summary>The failure that ended this log, or null while it works.</summary>
    public StorageException? Failure => failure;

    /// <summary>May change at any time; commits already waiting are still synced.</summary>
    public FsyncPolicy Policy
    {
        get => policy;
        set => policy = value;
    }

    /// <summary>Sequence of the segment that further records go to.</summary>
    public long Sequence => buffer.Segment;

    /// <summary>Bytes of the segment being written, header included.</summary>
    public long SegmentBytes
    {
        get
        {
            lock (writeGate) return segment.Bytes;
        }
    }

    /// <summary>Bytes of all segments on disk.</summary>
    public long TotalBytes
    {
        get
        {
            lock (writeGate) return segment.Bytes + closedBytes.Values.Sum();
        }
    }

    /// <summary>
    /// Begins segment <paramref name="sequence"/>, which <see cref="LogRecovery.Recover"/> returned: everything
    /// before it must be whole and synced.
    /// </summary>
    public static LogWriter Open(
        IFileSystem files, string databasePath, Guid databaseId, long sequence, FsyncPolicy policy, TimeProvider time)
    {
        Dictionary<long, long> earlier = [];
        foreach ((long earlierSequence, string path) in SegmentName.List(files, databasePath))
        {
            using IFile file = files.Open(path, FileOpen.ReadExisting);
            earlier[earlierSequence] = file.Length;
        }

        SegmentHeader header = new(databaseId, sequence, earlier.GetValueOrDefault(sequence - 1));
        LogSegment segment = LogSegment.Create(files, databasePath, header);
        try
        {
            segment.Sync();
            files.SyncDirectory(SegmentName.DirectoryOf(databasePath));
        }
        catch
        {
            segment.Dispose();
            throw;
        }

        LogWriter log = new(files, databasePath, databaseId, segment, time) { Policy = policy };
        foreach ((long earlierSequence, long bytes) in earlier) log.closedBytes[earlierSequence] = bytes;
        if (earlier.ContainsKey(sequence - 1)) log.buffer.AppendDurable(sequence - 1);
        log.syncer.Start();
        return log;
    }

    /// <summary>
    /// Buffers one record; returns the position after it. Does no I/O. The caller commits that position before it
    /// acknowledges anything. At most <see cref="Limits.RecordBytesMax"/> bytes, else ArgumentException.
    /// </summary>
    public long Append(ReadOnlySpan<byte> payload)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        RefuseAfterFailure();
        return buffer.Append(RecordKind.Batch, payload);
    }

    /// <summary>
    /// Completes when everything up to <paramref name="position"/> is written (EverySecond, No: at once, on this
    /// thread) or synced (Always). Throws <see cref="StorageException"/> when the log has failed.
    /// </summary>
    public ValueTask CommitAsync(long position) =>
        TryCommit(position) ? ValueTask.CompletedTask : SyncAsync(position);

    /// <summary>The same without waiting for an fsync: false when that is what it takes.</summary>
    public bool TryCommit(long position)
    {
        if (policy == FsyncPolicy.Always)
        {
            if (syncer.SyncedPosition >= position) return true;
            RefuseAfterFailure();
            return false;
        }

        if (Volatile.Read(ref written) >= position) return true;
        // Whoever enters first writes for all who wait here; they then find their records written.
        lock (writeGate)
        {
            if (written < position) WriteBuffered();
        }

        return true;
    }

    /// <summary>Completes when everything up to <paramref name="position"/> is synced, whatever the policy.</summary>
    public ValueTask SyncAsync(long position)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return syncer.SyncAsync(position);
    }

    /// <summary>
    /// Sends further records to a new segment and returns its sequence. Called while nobody else appends. Does no
    /// I/O: the next commit creates the file, and the old one is synced in the background before the new one is.
    /// </summary>
    public long Rotate()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        RefuseAfterFailure();
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
        lock (writeGate)
        {
            return segment.IsInPlace
                && closedBytes.Keys.All(closed => files.Exists(SegmentName.For(databasePath, closed)));
        }
    }

    /// <summary>Deletes the segments that a snapshot needing only this sequence onwards made useless.</summary>
    public void DeleteSegmentsBefore(long sequence)
    {
        if (sequence > Sequence)
            throw new ArgumentOutOfRangeException(nameof(sequence), sequence, "That segment has not begun.");
        foreach ((long oldSequence, string path) in SegmentName.List(files, databasePath))
        {
            if (oldSequence >= sequence) break;
            files.Delete(path);
            lock (writeGate) closedBytes.Remove(oldSequence);
        }
    }

    /// <summary>Writes and syncs what is left. A failure in doing so is in <see cref="Failure"/> afterwards.</summary>
    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        syncer.Dispose();
        foreach (LogSegment left in leaving) left.Dispose();
        segment.Dispose();
    }

    internal void RefuseAfterFailure()
    {
        if (failure is not null) throw failure.Again();
    }

    /// <summary>
    /// One fsync pass: writes what is buffered and syncs it; returns the position that is then durable. Segments
    /// rotated away are synced first and noted as durable in the current one before that is synced in turn, so that
    /// recovery can tell a tail nobody was promised from damage. Called by the syncer's thread alone.
    /// </summary>
    internal long SyncPass()
    {
        while (true)
        {
            LogSegment current;
            LogSegment[] left;
            long target;
            lock (writeGate)
            {
                WriteBuffered();
                left = [.. leaving];
                leaving.Clear();
                current = segment;
                target = written;
            }

            if (left.Length == 0)
            {
                if (syncer.SyncedPosition < target) Guarded(current.Sync);
                return target;
            }

            foreach (LogSegment old in left)
            {
                Guarded(old.Sync);
                old.Dispose();
            }

            Guarded(() => files.SyncDirectory(SegmentName.DirectoryOf(databasePath)));
            buffer.AppendDurable(left[^1].Sequence);
        }
    }

    /// <summary>Under the write gate: everything buffered goes out, in one write where no segment begins.</summary>
    private void WriteBuffered()
    {
        RefuseAfterFailure();
        (long position, long current) = buffer.Take(chunks);
        try
        {
            foreach (LogChunk chunk in chunks)
            {
                ContinueIn(chunk.Segment);
                segment.Write(chunk.Buffer.AsSpan(0, chunk.Count));
                buffer.Return(chunk.Buffer);
            }

            ContinueIn(current);
            Volatile.Write(ref written, position);
        }
        catch (StorageException e)
        {
            failure ??= e;
            throw;
        }
        finally
        {
            chunks.Clear();
            // Whatever else went wrong: records taken from the buffer and not written must not be passed over.
            if (written < position)
                failure ??= new StorageException(databasePath, null, "the log was left in the middle of a write");
        }
    }

    private void ContinueIn(long sequence)
    {
        while (segment.Sequence < sequence)
        {
            SegmentHeader header = new(databaseId, segment.Sequence + 1, segment.Bytes);
            LogSegment next = LogSegment.Create(files, databasePath, header);
            closedBytes[segment.Sequence] = segment.Bytes;
            leaving.Add(segment);
            segment = next;
        }
    }

    private void Guarded(Action operation)
    {
        try
        {
            operation();
        }
        catch (StorageException e)
        {
            failure ??= e;
            throw;
        }
    }
}
