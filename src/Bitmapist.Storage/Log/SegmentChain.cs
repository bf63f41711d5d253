using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>
/// The segment files of a log being written: the current one, those before it that are still to be synced, and which of
/// them a snapshot made useless. Used by the holder of the log's write gate alone, but for <see cref="TotalBytes"/>.
/// </summary>
internal sealed class SegmentChain(IFileSystem files, string databasePath, Guid databaseId) : IDisposable
{
    private readonly List<LogSegment> _leaving = [];
    private readonly Dictionary<long, long> _closedBytes = [];
    private LogSegment? _current;
    private (long Sequence, long Bytes) _last; // the segment before the next one, its file still there or not
    private long _firstNeeded; // by the database file; segments before are of no use
    private long _spoiledThrough; // segments up to here may lack what was written to them: their fsync failed
    private long _durableOwed; // a segment that is to be noted as durable in a later one; 0: none
    private long _unfinished; // a segment whose creation failed halfway; its file may be there
    private bool _isDirectoryOwed; // names of segments may not be durable yet
    private long _closedTotal;
    private long _totalBytes;

    /// <summary>Bytes of all segments that are needed. Any thread.</summary>
    public long TotalBytes => Volatile.Read(ref _totalBytes);

    /// <summary>A failed fsync spoiled a segment that the database file still needs.</summary>
    public bool IsSpoiled => _spoiledThrough >= Math.Max(_firstNeeded, 1);

    /// <summary>Whether every segment that is needed is still under its name.</summary>
    public bool IsInPlace() =>
        _current is not { IsInPlace: false }
        && _closedBytes.Keys.All(closed => files.Exists(SegmentName.For(databasePath, closed)));

    /// <summary>Notes segments of an earlier process, by their lengths.</summary>
    public void AddEarlier(long sequence, long bytes)
    {
        _closedBytes.Add(sequence, bytes);
        _closedTotal += bytes;
        if (sequence > _last.Sequence) _last = (sequence, bytes);
    }

    /// <summary>Begins the first segment of this process, and makes it durable.</summary>
    public void Begin(long sequence)
    {
        MoveOn(sequence);
        try
        {
            _current!.Sync();
            files.SyncDirectory(ParentDirectory.Of(databasePath));
            _isDirectoryOwed = false;
        }
        catch
        {
            Dispose();
            throw;
        }

        if (_closedBytes.ContainsKey(sequence - 1)) _durableOwed = sequence - 1;
    }

    /// <summary>
    /// Appends whole records to a segment, which is created if it is later than the current one. After a failure
    /// nothing of them counts as written, and it may be tried again. Records of a segment that is not needed any more
    /// are in the snapshot, and not written.
    /// </summary>
    /// <exception cref="StorageException">They are not written.</exception>
    public void Write(long sequence, ReadOnlySpan<byte> records)
    {
        if (sequence < _firstNeeded) return;
        MoveOnTo(sequence);
        WriteOwedNote();
        _current!.Write(records);
        Count();
    }

    /// <summary>Notes what is durable, if anything is to be noted and there is a segment to note it in.</summary>
    public void WriteOwedNote()
    {
        if (_durableOwed == 0 || _current is null || _current.Sequence <= _durableOwed) return;
        Span<byte> note = stackalloc byte[RecordFormat.DurableBytes];
        RecordFormat.WriteDurable(note, _durableOwed);
        _current.Write(note);
        _durableOwed = 0;
        Count();
    }

    /// <summary>
    /// Shows that a segment can be written, and, after a failed fsync, that it can be synced; creates it if it is later
    /// than the current one.
    /// </summary>
    /// <exception cref="StorageException">It cannot.</exception>
    public void Probe(long sequence, int probeBytes)
    {
        MoveOnTo(sequence);
        _current!.Probe(probeBytes);
        if (_spoiledThrough == 0) return;
        try
        {
            _current.Sync();
            files.SyncDirectory(ParentDirectory.Of(databasePath));
        }
        catch
        {
            _spoiledThrough = _current.Sequence;
            throw;
        }

        _isDirectoryOwed = false;
        _spoiledThrough = 0;
    }

    /// <summary>
    /// Hands over what is to be synced: the segments left behind, oldest first, the current one, and whether the
    /// directory must be. Those that are not needed any more are closed instead.
    /// </summary>
    public SyncWork TakeForSync()
    {
        CloseForgotten();
        var work = new SyncWork([.. _leaving], _current, _isDirectoryOwed);
        _leaving.Clear();
        _isDirectoryOwed = false;
        return work;
    }

    /// <summary>Closes the segments that are not needed any more; for the thread that syncs them.</summary>
    public void CloseForgotten() => _leaving.RemoveAll(segment =>
    {
        if (segment.Sequence >= _firstNeeded) return false;
        segment.Dispose();
        return true;
    });

    /// <summary>All of these are durable, so that a later segment may say so.</summary>
    public void Synced(List<LogSegment> left)
    {
        foreach (LogSegment segment in left) segment.Dispose();
        _durableOwed = left[^1].Sequence;
    }

    /// <summary>
    /// Takes back what could not be synced: the fsync of this segment failed, which is final for its file, and, if it
    /// is needed, for those after it up to the current one: what they have is taken back with it, and must not be
    /// replayed. Whether that matters is <see cref="IsSpoiled"/>: it may have become useless meanwhile.
    /// </summary>
    public void Spoil(SyncWork work, long sequence)
    {
        _leaving.InsertRange(0, work.Left);
        _isDirectoryOwed |= work.IsDirectory;
        if (sequence < Math.Max(_firstNeeded, 1)) return;
        _spoiledThrough = Math.Max(_spoiledThrough, Math.Max(sequence, _current?.Sequence ?? 0));
    }

    /// <summary>A snapshot made the segments before this one useless.</summary>
    public void Forget(long sequence)
    {
        _firstNeeded = Math.Max(_firstNeeded, sequence);
        foreach (long old in _closedBytes.Keys.Where(old => old < _firstNeeded).ToList())
            if (_closedBytes.Remove(old, out long bytes)) _closedTotal -= bytes;
        if (_durableOwed < _firstNeeded) _durableOwed = 0;
        if (_current is not null && _current.Sequence < _firstNeeded)
        {
            Leave(_current);
            _current = null;
        }

        Count();
    }

    /// <summary>Closes the files; nobody is syncing any of them.</summary>
    public void Dispose()
    {
        foreach (LogSegment left in _leaving) left.Dispose();
        _leaving.Clear();
        _current?.Dispose();
        _current = null;
    }

    private void MoveOnTo(long sequence)
    {
        while (_current is null || _current.Sequence < sequence)
            MoveOn(_current?.Sequence + 1 ?? Math.Max(_firstNeeded, _last.Sequence + 1));
    }

    /// <summary>
    /// Creates a segment and makes it the current one. The numbers of those that are needed have no gap; those before
    /// the first that is needed may be left out.
    /// </summary>
    private void MoveOn(long next)
    {
        _current?.CutTail(); // a segment that others follow must end where its records do
        if (_unfinished == next) files.Delete(SegmentName.For(databasePath, next));
        _unfinished = next;
        if (_current is not null) _last = (_current.Sequence, _current.Bytes);
        var header = new SegmentHeader(databaseId, next, _last.Sequence == next - 1 ? _last.Bytes : 0);
        LogSegment created = LogSegment.Create(files, databasePath, header);
        _unfinished = 0;
        if (_current is not null) Leave(_current);
        _current = created;
        _isDirectoryOwed = true;
        Count();
    }

    private void Leave(LogSegment segment)
    {
        _last = (segment.Sequence, segment.Bytes);
        _leaving.Add(segment);
        if (segment.Sequence < _firstNeeded) return;
        _closedBytes.Add(segment.Sequence, segment.Bytes);
        _closedTotal += segment.Bytes;
    }

    private void Count() => Volatile.Write(ref _totalBytes, _closedTotal + (_current?.Bytes ?? 0));
}

/// <summary>What one fsync pass has to sync.</summary>
/// <param name="Left">Segments left behind, oldest first.</param>
/// <param name="Current">The segment being written; null between two.</param>
/// <param name="IsDirectory">Names of segments are not durable yet.</param>
internal readonly record struct SyncWork(List<LogSegment> Left, LogSegment? Current, bool IsDirectory);
