using System.Buffers.Binary;
using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>
/// Replays the log of a database at start and leaves it whole and synced, ready for <see cref="LogWriter.Open"/>.
/// Only a tail that nobody was promised is cut; any other damage refuses by name and changes nothing.
/// </summary>
public static class LogRecovery
{
    /// <summary>
    /// Hands every record of the segments from <paramref name="firstSequence"/> on to <paramref name="handler"/>, in
    /// order, cuts a torn tail and deletes segments before the first. No segment at all is an empty log. Throws
    /// <see cref="CorruptFileException"/> for damage, a missing segment, another database's or a newer version's.
    /// </summary>
    public static LogRecoveryResult Recover(
        IFileSystem files, string databasePath, Guid databaseId, long firstSequence, LogRecordHandler handler)
    {
        List<(long Sequence, string Path)> segments = SegmentName.List(files, databasePath);
        List<string> leftovers = Leftovers(files, segments, databaseId, firstSequence);
        segments.RemoveAll(segment => segment.Sequence < firstSequence);
        RequireUnbroken(databasePath, segments, firstSequence);

        long records = 0, bytes = 0, tornBytes = 0, tornOffset = 0;
        string? tornPath = null;
        int whole = 0;
        for (; whole < segments.Count && tornPath is null; whole++)
        {
            (long sequence, string path) = segments[whole];
            using IFile file = files.Open(path, FileOpen.OpenExisting);
            LogReader? reader = LogReader.Open(file, databaseId, sequence);
            (long segmentRecords, long end) = reader is null ? (0, 0) : Replay(reader, path, handler);
            records += segmentRecords;
            bytes += Math.Max(0, end - SegmentHeader.Bytes);
            List<(long Sequence, string Path)> later = segments.GetRange(whole + 1, segments.Count - whole - 1);
            if (reader is not null && end == file.Length
                && EndsWhereNextBegan(files, path, sequence, end, later, databaseId))
            {
                file.Sync();
                continue;
            }

            RequireUnpromised(files, path, sequence, end, later, databaseId);
            (tornPath, tornOffset, tornBytes) = (path, end, file.Length - end + Cut(files, file, end, later));
        }

        foreach (string path in leftovers) files.Delete(path);
        files.SyncDirectory(SegmentName.DirectoryOf(databasePath));
        long next = firstSequence + whole;
        if (tornPath is not null && tornOffset == 0) next--; // That segment is gone, so its number is free again.
        return new LogRecoveryResult(next, records, bytes, tornBytes, tornPath, tornOffset);
    }

    private static (long Records, long End) Replay(LogReader reader, string path, LogRecordHandler handler)
    {
        long records = 0;
        while (true)
        {
            switch (reader.Read())
            {
                case LogOutcome.Record when reader.Kind == RecordKind.Batch:
                    handler(new LogRecord(path, reader.RecordOffset, reader.Payload));
                    records++;
                    break;
                case LogOutcome.Record:
                    break;
                case LogOutcome.Corrupt:
                    throw new CorruptFileException(FileDefect.Damaged, path, reader.Offset,
                        "log record does not match its checksum, and whole records follow it");
                default:
                    return (records, reader.Offset);
            }
        }
    }

    /// <summary>
    /// Segments that a snapshot made useless and a crash kept. Not those of another database; but one whose header is
    /// damaged, or that cannot be read, keeps nobody from starting: it may be the very one whose failed fsync the
    /// snapshot was the way out of.
    /// </summary>
    private static List<string> Leftovers(
        IFileSystem files, List<(long Sequence, string Path)> segments, Guid databaseId, long firstSequence)
    {
        List<string> leftovers = [];
        foreach ((long sequence, string path) in segments)
        {
            if (sequence >= firstSequence) break;
            try
            {
                using IFile file = files.Open(path, FileOpen.ReadExisting);
                _ = LogReader.Open(file, databaseId, sequence);
            }
            catch (CorruptFileException damage) when (damage.Defect is FileDefect.Damaged or FileDefect.ForeignFile)
            {
                // Its name says whose it is, and that it is of no use.
            }
            catch (StorageException)
            {
                // The same; if it cannot be deleted either, that is an error.
            }

            leftovers.Add(path);
        }

        return leftovers;
    }

    private static void RequireUnbroken(
        string databasePath, List<(long Sequence, string Path)> segments, long firstSequence)
    {
        for (int i = 0; i < segments.Count; i++)
        {
            long expected = firstSequence + i;
            if (segments[i].Sequence == expected) continue;
            throw new CorruptFileException(FileDefect.MissingSegment, SegmentName.For(databasePath, expected), 0,
                $"log segment {expected} is missing, and segment {segments[i].Sequence} is there");
        }
    }

    /// <summary>
    /// Whether a segment that ends behind a whole record is as long as the next one says: a power cut may have taken
    /// whole records. One that is longer is no trace of any crash and refuses.
    /// </summary>
    internal static bool EndsWhereNextBegan(
        IFileSystem files, string path, long sequence, long end, List<(long Sequence, string Path)> later,
        Guid databaseId)
    {
        if (later.Count == 0 || later[0].Sequence != sequence + 1) return true;
        using IFile next = files.Open(later[0].Path, FileOpen.ReadExisting);
        LogReader? reader = LogReader.Open(next, databaseId, later[0].Sequence);
        if (reader is null || reader.PreviousBytes == end) return true;
        if (reader.PreviousBytes > end) return false;
        throw new CorruptFileException(FileDefect.Damaged, path, reader.PreviousBytes,
            $"log segment is longer than the {reader.PreviousBytes} bytes that {later[0].Path} notes");
    }

    /// <summary>
    /// A segment that ends early may be cut only when no later one says that it was durable: then a power cut took
    /// bytes that no commit had promised to keep, and what follows in later segments was not promised either.
    /// </summary>
    internal static void RequireUnpromised(
        IFileSystem files, string path, long sequence, long end, List<(long Sequence, string Path)> later,
        Guid databaseId)
    {
        foreach ((long laterSequence, string laterPath) in later)
        {
            using IFile file = files.Open(laterPath, FileOpen.ReadExisting);
            LogReader? reader = LogReader.Open(file, databaseId, laterSequence);
            while (reader is not null && reader.Read() == LogOutcome.Record)
            {
                if (reader.Kind != RecordKind.Durable) continue;
                if (BinaryPrimitives.ReadInt64LittleEndian(reader.Payload) < sequence) continue;
                throw new CorruptFileException(FileDefect.Damaged, path, end,
                    $"log segment ends in damage although {laterPath} notes it as whole");
            }
        }
    }

    /// <summary>Removes what is behind the end, last segment first; returns the bytes of the later ones.</summary>
    private static long Cut(IFileSystem files, IFile file, long end, List<(long Sequence, string Path)> later)
    {
        long bytes = 0;
        for (int i = later.Count - 1; i >= 0; i--)
        {
            using (IFile last = files.Open(later[i].Path, FileOpen.ReadExisting)) bytes += last.Length;
            files.Delete(later[i].Path);
        }

        if (end == 0)
        {
            files.Delete(file.Path);
            return bytes;
        }

        file.Truncate(end);
        file.Sync();
        return bytes;
    }
}
