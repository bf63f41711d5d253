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
        LogWalk walk = new(files, databasePath, databaseId, handler, damaged: null);
        walk.Run(segments, firstSequence);
        foreach ((_, string path) in walk.Whole) Sync(files, path);
        if (walk.Torn is { } torn)
            Cut(files, torn.Path, walk.TornOffset, segments.FindAll(segment => segment.Sequence > torn.Sequence));
        foreach (string path in leftovers) files.Delete(path);
        files.SyncDirectory(ParentDirectory.Of(databasePath));
        long next = firstSequence + walk.Whole.Count;
        if (walk.Torn is not null && walk.TornOffset > 0) next++; // else that segment is gone, and its number is free
        return new LogRecoveryResult(
            next, walk.Records, walk.Bytes - walk.HeaderBytes, walk.TornBytes, walk.Torn?.Path, walk.TornOffset);
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

    private static void Sync(IFileSystem files, string path)
    {
        using IFile file = files.Open(path, FileOpen.OpenExisting);
        file.Sync();
    }

    /// <summary>Removes what is behind the end, last segment first.</summary>
    private static void Cut(
        IFileSystem files, string path, long end, List<(long Sequence, string Path)> later)
    {
        for (int i = later.Count - 1; i >= 0; i--) files.Delete(later[i].Path);
        if (end == 0)
        {
            files.Delete(path);
            return;
        }

        using IFile file = files.Open(path, FileOpen.OpenExisting);
        file.Truncate(end);
        file.Sync();
    }
}

/// <summary>What recovery found.</summary>
/// <param name="NextSequence">The segment that <see cref="LogWriter.Open"/> begins next.</param>
/// <param name="Records">Records handed to the callback.</param>
/// <param name="Bytes">Bytes of whole records, framing included.</param>
/// <param name="TornBytes">Bytes cut off behind the last whole record; 0 after a clean end.</param>
/// <param name="TornPath">The segment that was cut, null when none was.</param>
/// <param name="TornOffset">Where it was cut.</param>
public sealed record LogRecoveryResult(
    long NextSequence, long Records, long Bytes, long TornBytes, string? TornPath, long TornOffset);
