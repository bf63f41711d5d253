using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>
/// The segment files of a log being written: the current one, those before it that are still to be synced, and which of
/// them a snapshot made useless. Used by the holder of the log's write gate alone, but for <see cref="TotalBytes"/>.
/// </summary>
internal sealed class SegmentChain(IFileSystem files, string databasePath, Guid databaseId) : IDisposable
{
    private readonly List<LogSegment> leaving = [];
    private readonly Dictionary<long, long> closedBytes = [];
    private LogSegment? current;
    private (long Sequence, long Bytes) last; // the segment before the next one, whether its file is still there or not
    private long firstNeeded; // by the database file; segments before are of no use
    private long spoiledThrough; // segments up to here may lack what was written to them: their fsync failed
    private long durableOwed; // a segment that is to be noted as durable in a later one; 0: none
    private long unfinished; // a segment whose creation failed halfway; its file may be there
    private bool isDirectoryOwed; // names of segments may not be durable yet
    private long closedTotal;
    private long totalBytes;

    /// <summary>Bytes of the current segment, header included; 0 between two.</summary>
    public long SegmentBytes => current?.Bytes ?? 0;

    /// <summary>Bytes of all segments that are needed. Any thread.</summary>
    public long TotalBytes => Volatile.Read(ref totalBytes);

    /// <summary>A failed fsync spoiled a segment that the database file still needs.</summary>
    public bool IsSpoiled => spoiledThrough >= Math.Max(firstNeeded, 1);

    /// <summary>Whether every segment that is needed still stands under its name.</summary>
    public bool IsInPlace() =>
        current is not { IsInPlace: false }
        && closedBytes.Keys.All(closed => files.Exists(SegmentName.For(databasePath, closed)));

    /// <summary>Notes segments of an earlier process, by their lengths.</summary>
    public void AddEarlier(long sequence, long bytes)
    {
        closedBytes.Add(sequence, bytes);
        closedTotal += bytes;
        if (sequence > last.Sequence) last = (sequence, bytes);
    }

    /// <summary>Begins the first segment of this process, and makes it durable.</summary>
    public void Begin(long sequence)
    {
        MoveOn(sequence);
        try
        {
            current!.Sync();
            files.SyncDirectory(SegmentName.DirectoryOf(databasePath));
            isDirectoryOwed = false;
        }
        catch
        {
            Dispose();
            throw;
        }

        if (closedBytes.ContainsKey(sequence - 1)) durableOwed = sequence - 1;
    }

    /// <summary>
    /// Appends whole records to a segment, which is created if it is later than the current one. After a failure
    /// nothing of them counts as written, and it may be tried again. Records of a segment that is not needed any more
    /// are in the snapshot, and not written.
    /// </summary>
    /// <exception cref="StorageException">They are not written.</exception>
    public void Write(long sequence, ReadOnlySpan<byte> records)
    {
        if (sequence < firstNeeded) return;
        MoveOnTo(sequence);
        WriteOwedNote();
        current!.Write(records);
        Count();
    }

    /// <summary>Notes what is durable, if anything is to be noted and there is a segment to note it in.</summary>
    public void WriteOwedNote()
    {
        if (durableOwed == 0 || current is null || current.Sequence <= durableOwed) return;
        Span<byte> note = stackalloc byte[RecordFormat.DurableBytes];
        RecordFormat.WriteDurable(note, durableOwed);
        current.Write(note);
        durableOwed = 0;
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
        current!.Probe(probeBytes);
        if (spoiledThrough == 0) return;
        try
        {
            current.Sync();
            files.SyncDirectory(SegmentName.DirectoryOf(databasePath));
        }
        catch
        {
            spoiledThrough = current.Sequence;
            throw;
        }

        isDirectoryOwed = false;
        spoiledThrough = 0;
    }

    /// <summary>
    /// Hands over what is to be synced: the segments left behind, oldest first, the current one, and whether the
    /// directory must be. Those that are not needed any more are closed instead.
    /// </summary>
    public SyncWork TakeForSync()
    {
        CloseForgotten();
        var work = new SyncWork([.. leaving], current, isDirectoryOwed);
        leaving.Clear();
        isDirectoryOwed = false;
        return work;
    }

    /// <summary>Closes the segments that are not needed any more; for the thread that syncs them.</summary>
    public void CloseForgotten() => leaving.RemoveAll(segment =>
    {
        if (segment.Sequence >= firstNeeded) return false;
        segment.Dispose();
        return true;
    });

    /// <summary>All of these are durable, so that a later segment may say so.</summary>
    public void Synced(List<LogSegment> left)
    {
        foreach (LogSegment segment in left) segment.Dispose();
        durableOwed = left[^1].Sequence;
    }

    /// <summary>
    /// Takes back what could not be synced: the fsync of this segment failed, which is final for its file. Whether that
    /// matters is <see cref="IsSpoiled"/>: it may have become useless meanwhile.
    /// </summary>
    public void Spoil(SyncWork work, long sequence)
    {
        leaving.InsertRange(0, work.Left);
        isDirectoryOwed |= work.IsDirectory;
        spoiledThrough = Math.Max(spoiledThrough, sequence);
        if (!IsSpoiled) spoiledThrough = 0;
    }

    /// <summary>A snapshot made the segments before this one useless.</summary>
    public void Forget(long sequence)
    {
        firstNeeded = Math.Max(firstNeeded, sequence);
        foreach (long old in closedBytes.Keys.Where(old => old < firstNeeded).ToList())
            if (closedBytes.Remove(old, out long bytes)) closedTotal -= bytes;
        if (durableOwed < firstNeeded) durableOwed = 0;
        if (current is not null && current.Sequence < firstNeeded)
        {
            Leave(current);
            current = null;
        }

        Count();
    }

    /// <summary>Closes the files; nobody is syncing any of them.</summary>
    public void Dispose()
    {
        foreach (LogSegment left in leaving) left.Dispose();
        leaving.Clear();
        current?.Dispose();
        current = null;
    }

    private void MoveOnTo(long sequence)
    {
        while (current is null || current.Sequence < sequence)
            MoveOn(current?.Sequence + 1 ?? Math.Max(firstNeeded, last.Sequence + 1));
    }

    /// <summary>
    /// Creates a segment and makes it the current one. The numbers of those that are needed have no gap; those before
    /// the first that is needed may be left out.
    /// </summary>
    private void MoveOn(long next)
    {
        current?.CutTail(); // a segment that others follow must end where its records do
        if (unfinished == next) files.Delete(SegmentName.For(databasePath, next));
        unfinished = next;
        if (current is not null) last = (current.Sequence, current.Bytes);
        var header = new SegmentHeader(databaseId, next, last.Sequence == next - 1 ? last.Bytes : 0);
        LogSegment created = LogSegment.Create(files, databasePath, header);
        unfinished = 0;
        if (current is not null) Leave(current);
        current = created;
        isDirectoryOwed = true;
        Count();
    }

    private void Leave(LogSegment segment)
    {
        last = (segment.Sequence, segment.Bytes);
        leaving.Add(segment);
        if (segment.Sequence < firstNeeded) return;
        closedBytes.Add(segment.Sequence, segment.Bytes);
        closedTotal += segment.Bytes;
    }

    private void Count() => Volatile.Write(ref totalBytes, closedTotal + SegmentBytes);
}
