using System.Buffers.Binary;
using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>
/// Walks over the segments of a log in order and decides what is whole, what a crash tore, and what is damaged: for the
/// start, which replays the log, and for a survey, which reports on it. Reads only. One thread.
/// </summary>
/// <param name="files">Where the log is.</param>
/// <param name="databasePath">The database that it belongs to.</param>
/// <param name="databaseId">That database's id.</param>
/// <param name="handler">Receives the records up to the first damage or gap.</param>
/// <param name="damaged">Told of damage and gaps, behind which the walk goes on; null: they are thrown.</param>
internal sealed class LogWalk(
    IFileSystem files, string databasePath, Guid databaseId, LogRecordHandler handler,
    Action<CorruptFileException>? damaged)
{
    private bool _isBroken; // by damage or a gap

    /// <summary>Segments that end behind a whole record, as the one after them says.</summary>
    public List<(long Sequence, string Path)> Whole { get; } = [];

    /// <summary>The segment that a crash tore; null: none. Whatever is behind it was promised to nobody.</summary>
    public (long Sequence, string Path)? Torn { get; private set; }

    /// <summary>Where the last whole record of the torn segment ends; 0: its header is not whole.</summary>
    public long TornOffset { get; private set; }

    /// <summary>Bytes from there on, later segments included.</summary>
    public long TornBytes { get; private set; }

    /// <summary>Records handed on.</summary>
    public long Records { get; private set; }

    /// <summary>Whole records behind the first damage or gap.</summary>
    public long RecordsBehindDamage { get; private set; }

    /// <summary>Bytes of segments up to the end of their last whole record.</summary>
    public long Bytes { get; private set; }

    /// <summary>The headers of segments among them.</summary>
    public long HeaderBytes { get; private set; }

    /// <summary>Walks, once.</summary>
    /// <param name="segments">The segments from the first needed one on, by sequence.</param>
    /// <param name="firstSequence">The sequence that the first must have.</param>
    /// <exception cref="CorruptFileException">Damage, a missing segment, another database's or a newer version's, where
    /// nobody wants to be told.</exception>
    public void Run(List<(long Sequence, string Path)> segments, long firstSequence)
    {
        long expected = firstSequence;
        for (int i = 0; i < segments.Count; i++)
        {
            (long sequence, string path) = segments[i];
            if (sequence != expected)
            {
                Found(new CorruptFileException(
                    FileDefect.MissingSegment, SegmentName.For(databasePath, expected), 0,
                    $"log segment {expected} is missing, and segment {sequence} is there"));
            }

            Read(sequence, path, segments.GetRange(i + 1, segments.Count - i - 1));
            expected = sequence + 1;
        }
    }

    private void Found(CorruptFileException damage)
    {
        if (damaged is null) throw damage;
        _isBroken = true;
        damaged(damage);
    }

    private void Read(long sequence, string path, List<(long Sequence, string Path)> later)
    {
        using IFile file = files.Open(path, FileOpen.ReadExisting);
        if (Torn is not null)
        {
            TornBytes += file.Length;
            return;
        }

        try
        {
            LogReader? reader = LogReader.Open(file, databaseId, sequence);
            long end = reader is null ? 0 : ReadRecords(reader, path);
            if (_isBroken) return;
            if (reader is not null && end == file.Length && EndsWhereNextBegan(path, sequence, end, later))
            {
                Whole.Add((sequence, path));
                return;
            }

            RequireUnpromised(path, sequence, end, later);
            Torn = (sequence, path);
            TornOffset = end;
            TornBytes = file.Length - end;
        }
        catch (CorruptFileException damage) when (damaged is not null)
        {
            Found(damage);
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
                    HeaderBytes += SegmentHeader.Bytes;
                    return reader.Offset;
            }
        }
    }

    private void Accept(LogReader reader, string path)
    {
        if (_isBroken)
        {
            RecordsBehindDamage++;
            return;
        }

        handler(new LogRecord(path, reader.RecordOffset, reader.Payload));
        Records++;
    }

    /// <summary>
    /// Whether a segment that ends behind a whole record is as long as the next one says: a power cut may have taken
    /// whole records. One that is longer is no trace of any crash and refuses.
    /// </summary>
    private bool EndsWhereNextBegan(string path, long sequence, long end, List<(long Sequence, string Path)> later)
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
    private void RequireUnpromised(string path, long sequence, long end, List<(long Sequence, string Path)> later)
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
}
