using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>Reads a log that may be damaged, and changes nothing. One thread.</summary>
public static class LogSurvey
{
    /// <summary>
    /// Hands on the records of the segments from <paramref name="firstSequence"/> on, in order, up to the first damage
    /// or gap: whatever stands behind it may build on what is lost. Goes on reading for the sake of the report.
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
        var survey = new Reading(files, databaseId, handler, damaged);
        List<(long Sequence, string Path)> segments = SegmentName.List(files, databasePath);
        int leftovers = segments.RemoveAll(segment => segment.Sequence < firstSequence);
        long expected = firstSequence;
        for (int i = 0; i < segments.Count; i++)
        {
            (long sequence, string path) = segments[i];
            if (sequence != expected)
            {
                survey.Damaged(new CorruptFileException(
                    FileDefect.MissingSegment, SegmentName.For(databasePath, expected), 0,
                    $"log segment {expected} is missing, and segment {sequence} is there"));
            }

            survey.ReadSegment(sequence, path, segments.GetRange(i + 1, segments.Count - i - 1));
            expected = sequence + 1;
        }

        return new LogSurveyResult(
            segments.Count, leftovers, survey.Records, survey.Bytes, survey.TornBytes, survey.RecordsBehindDamage);
    }

    private sealed class Reading(
        IFileSystem files, Guid databaseId, LogRecordHandler handler, Action<FileDamage> damaged)
    {
        private bool isBroken; // by damage or a gap
        private bool isTorn; // what is in later segments was promised to nobody, and a start cuts it

        public long Records { get; private set; }

        public long Bytes { get; private set; }

        public long TornBytes { get; private set; }

        public long RecordsBehindDamage { get; private set; }

        public void Damaged(CorruptFileException found)
        {
            isBroken = true;
            damaged(FileDamage.Of(found));
        }

        public void ReadSegment(long sequence, string path, List<(long Sequence, string Path)> later)
        {
            using IFile file = files.Open(path, FileOpen.ReadExisting);
            if (isTorn)
            {
                TornBytes += file.Length;
                return;
            }

            try
            {
                LogReader? reader = LogReader.Open(file, databaseId, sequence);
                long end = reader is null ? 0 : ReadRecords(reader, path);
                if (isBroken) return;
                bool isWhole = reader is not null && end == file.Length
                    && LogRecovery.EndsWhereNextBegan(files, path, sequence, end, later, databaseId);
                if (isWhole) return;
                LogRecovery.RequireUnpromised(files, path, sequence, end, later, databaseId);
                isTorn = true;
                TornBytes += file.Length - end;
            }
            catch (CorruptFileException found)
            {
                Damaged(found);
            }
        }

        /// <summary>Returns where the last whole record ends.</summary>
        private long ReadRecords(LogReader reader, string path)
        {
            while (true)
            {
                switch (reader.Read())
                {
                    case LogOutcome.Record when reader.Kind == RecordKind.Batch:
                        Accept(reader, path);
                        break;
                    case LogOutcome.Record:
                        break;
                    case LogOutcome.Corrupt:
                        throw new CorruptFileException(FileDefect.Damaged, path, reader.Offset,
                            "log record does not match its checksum, and whole records follow it");
                    default:
                        Bytes += reader.Offset;
                        return reader.Offset;
                }
            }
        }

        private void Accept(LogReader reader, string path)
        {
            if (isBroken)
            {
                RecordsBehindDamage++;
                return;
            }

            handler(new LogRecord(path, reader.RecordOffset, reader.Payload));
            Records++;
        }
    }
}
