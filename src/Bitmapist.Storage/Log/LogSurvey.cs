using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>Reads a log that may be damaged, and changes nothing. One thread.</summary>
public static class LogSurvey
{
    /// <summary>
    /// Hands on the records of the segments from <paramref name="firstSequence"/> on, in order, up to the first damage
    /// or gap: whatever is behind it may build on what is lost. Goes on reading for the sake of the report.
    /// </summary>
    /// <param name="files">Where the log is.</param>
    /// <param name="databasePath">The database that it belongs to.</param>
    /// <param name="databaseId">That database's id.</param>
    /// <param name="firstSequence">The first segment that the database does not contain.</param>
    /// <param name="handler">Receives the records; may throw CorruptFileException for one that makes no sense.</param>
    /// <param name="damaged">Told of every damage.</param>
    public static LogSurveyResult Read(
        IFileSystem files, string databasePath, Guid databaseId, long firstSequence,
        LogRecordHandler handler, Action<FileDamage> damaged)
    {
        ArgumentNullException.ThrowIfNull(damaged);
        return Walk(files, databasePath, databaseId, firstSequence, handler, found => damaged(FileDamage.Of(found)));
    }

    /// <summary>The same for a log that must be whole, but for a write that a crash interrupted.</summary>
    /// <exception cref="CorruptFileException">It is not: damage, a missing segment, another database's.</exception>
    public static LogSurveyResult RequireWhole(
        IFileSystem files, string databasePath, Guid databaseId, long firstSequence) =>
        Walk(files, databasePath, databaseId, firstSequence, static (in LogRecord _) => { }, damaged: null);

    private static LogSurveyResult Walk(
        IFileSystem files, string databasePath, Guid databaseId, long firstSequence,
        LogRecordHandler handler, Action<CorruptFileException>? damaged)
    {
        List<(long Sequence, string Path)> segments = SegmentName.List(files, databasePath);
        int leftovers = segments.RemoveAll(segment => segment.Sequence < firstSequence);
        LogWalk walk = new(files, databasePath, databaseId, handler, damaged);
        walk.Run(segments, firstSequence);
        return new LogSurveyResult(
            segments.Count, leftovers, walk.Records, walk.Bytes, walk.TornBytes, walk.RecordsBehindDamage);
    }
}

/// <summary>What a survey of a log found.</summary>
/// <param name="Segments">Segments that the database needs.</param>
/// <param name="Leftovers">Older ones, which a start deletes.</param>
/// <param name="Records">Batch records handed on.</param>
/// <param name="Bytes">Bytes of segments up to the end of their last whole record.</param>
/// <param name="TornBytes">Bytes of writes that a crash interrupted, which a start cuts.</param>
/// <param name="RecordsBehindDamage">Whole batch records behind the first damage, not handed on.</param>
public sealed record LogSurveyResult(
    int Segments, int Leftovers, long Records, long Bytes, long TornBytes, long RecordsBehindDamage);
