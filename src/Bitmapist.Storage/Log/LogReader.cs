using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>
/// Reads the records of one segment in order. Reads ahead 256 KiB at a time; a larger record has a buffer of its own
/// size. One thread at a time.
/// </summary>
public sealed class LogReader
{
    private const int WindowBytes = 256 << 10;

    private readonly IFile _file;
    private readonly long _fileBytes;
    private byte[] _window = new byte[WindowBytes];
    private long _windowStart;
    private int _windowCount;
    private long _recordStart;
    private int _payloadBytes;

    private LogReader(IFile file, long fileBytes, in SegmentHeader header)
    {
        _file = file;
        _fileBytes = fileBytes;
        DatabaseId = header.DatabaseId;
        Sequence = header.Sequence;
        PreviousBytes = header.PreviousBytes;
        Offset = SegmentHeader.Bytes;
    }

    /// <summary>The database that the segment belongs to.</summary>
    public Guid DatabaseId { get; }

    /// <summary>The segment's number.</summary>
    public long Sequence { get; }

    /// <summary>Length that the segment before this one had when it ended; 0 when there was none.</summary>
    public long PreviousBytes { get; }

    /// <summary>Where the next record begins; after damage, where that begins.</summary>
    public long Offset { get; private set; }

    /// <summary>Where the current record begins.</summary>
    public long RecordOffset => _recordStart;

    /// <summary>Kind of the current record.</summary>
    public RecordKind Kind { get; private set; }

    /// <summary>Payload of the current record, valid until the next one is read.</summary>
    public ReadOnlySpan<byte> Payload =>
        _window.AsSpan((int)(_recordStart - _windowStart) + RecordFormat.HeaderBytes, _payloadBytes);

    /// <summary>
    /// Checks the header of a segment, whichever it is. Null when the file ends within it, or holds zeros there and no
    /// record behind: the trace of a segment just begun. Refuses a foreign, newer or damaged one.
    /// </summary>
    public static LogReader? Open(IFile file)
    {
        Span<byte> bytes = stackalloc byte[SegmentHeader.Bytes];
        long fileBytes = file.Length;
        if (file.Read(0, bytes) < bytes.Length) return null;
        if (bytes.IndexOfAnyExcept((byte)0) < 0 && !RecordSearch.AnyAfter(file, 0, fileBytes)) return null;
        return new LogReader(file, fileBytes, SegmentHeader.Read(file.Path, bytes));
    }

    /// <summary>The same for one of a database and of a number; refuses another database's or number's.</summary>
    public static LogReader? Open(IFile file, Guid databaseId, long sequence)
    {
        if (Open(file) is not { } reader) return null;
        if (reader.DatabaseId != databaseId)
        {
            throw new CorruptFileException(FileDefect.OtherDatabase, file.Path, 16,
                $"log segment of database {reader.DatabaseId}, not of {databaseId}; move it away to open without it");
        }

        if (reader.Sequence != sequence)
        {
            throw new CorruptFileException(FileDefect.Damaged, file.Path, 32,
                $"log segment says it is number {reader.Sequence}, its name says {sequence}");
        }

        return reader;
    }

    /// <summary>
    /// Reads the next record. After TornTail or Corrupt, <see cref="Offset"/> stays where the damage begins. Refuses a
    /// record kind of a later version.
    /// </summary>
    public LogOutcome Read()
    {
        long remaining = _fileBytes - Offset;
        if (remaining == 0) return LogOutcome.EndOfLog;
        if (remaining < RecordFormat.HeaderBytes) return LogOutcome.TornTail;

        Fill(RecordFormat.HeaderBytes);
        ReadOnlySpan<byte> header = _window.AsSpan((int)(Offset - _windowStart));
        uint claimed = RecordFormat.PayloadBytes(header);
        RecordKind kind = RecordFormat.Kind(header);
        long recordBytes = RecordFormat.HeaderBytes + (long)claimed;
        if (kind == RecordKind.Reserved || claimed > StorageLimits.RecordBytesMax || recordBytes > remaining)
            return Damaged();

        Fill((int)recordBytes);
        if (!RecordFormat.Matches(_window.AsSpan((int)(Offset - _windowStart), (int)recordBytes))) return Damaged();
        if (kind > RecordKind.Durable || (kind == RecordKind.Durable && claimed != RecordFormat.DurablePayloadBytes))
        {
            throw new CorruptFileException(FileDefect.NewerFormat, _file.Path, Offset,
                $"log record of kind {(byte)kind} and {claimed} bytes, which this program does not know");
        }

        _recordStart = Offset;
        _payloadBytes = (int)claimed;
        Kind = kind;
        Offset += recordBytes;
        return LogOutcome.Record;
    }

    private LogOutcome Damaged() => RecordSearch.AnyAfter(_file, Offset, _fileBytes)
        ? LogOutcome.Corrupt
        : LogOutcome.TornTail;

    /// <summary>Makes <paramref name="bytes"/> from <see cref="Offset"/> on available in the window.</summary>
    private void Fill(int bytes)
    {
        if (Offset >= _windowStart && Offset + bytes <= _windowStart + _windowCount) return;
        if (bytes > _window.Length) _window = new byte[bytes];
        else if (bytes <= WindowBytes && _window.Length > WindowBytes) _window = new byte[WindowBytes];
        _windowCount = _file.Read(Offset, _window);
        _windowStart = Offset;
        if (_windowCount < bytes)
            throw new StorageException(_file.Path, Offset, "the segment became shorter while it was read");
    }
}

/// <summary>What reading found at a position of a segment.</summary>
public enum LogOutcome
{
    /// <summary>A record that matches its checksum.</summary>
    Record,

    /// <summary>The end of the file, right behind a record.</summary>
    EndOfLog,

    /// <summary>Bytes that are no whole record, with no whole record after them.</summary>
    TornTail,

    /// <summary>Bytes that are no whole record, with a whole record after them.</summary>
    Corrupt,
}

/// <summary>
/// Looks at every byte offset behind damage for a record that matches its checksum: what tells a torn tail.
/// </summary>
internal static class RecordSearch
{
    /// <summary>
    /// Bytes to checksum before giving up, some tenths of a second's worth. A torn record may hold half a gigabyte
    /// that happens to look like headers; without this bound a start could take hours.
    /// </summary>
    private const long ChecksummedBytesMax = 1L << 30;

    private const int WindowBytes = 1 << 20;

    /// <summary>
    /// Whether any offset in (damage, end) begins a whole record. When the search had to give up: false if the
    /// damaged record claims to reach beyond the end, as a record cut by a crash does, else true.
    /// </summary>
    public static bool AnyAfter(IFile file, long damage, long end)
    {
        long budget = ChecksummedBytesMax;
        byte[] window = new byte[WindowBytes];
        for (long start = damage + 1; start + RecordFormat.HeaderBytes <= end;)
        {
            int count = file.Read(start, window);
            int candidates = count - RecordFormat.HeaderBytes + 1;
            for (int i = 0; i < candidates; i++)
            {
                if (!LooksLikeRecord(window.AsSpan(i), end - start - i, out int recordBytes)) continue;
                budget -= recordBytes;
                if (budget < 0) return !ClaimsToExceed(file, damage, end);
                if (Matches(file, start + i, window.AsSpan(i, count - i), recordBytes)) return true;
            }

            if (candidates <= 0) break;
            start += candidates;
        }

        return false;
    }

    private static bool LooksLikeRecord(ReadOnlySpan<byte> header, long remaining, out int recordBytes)
    {
        uint payloadBytes = RecordFormat.PayloadBytes(header);
        recordBytes = 0;
        if (RecordFormat.Kind(header) is not (RecordKind.Batch or RecordKind.Durable)) return false;
        if (payloadBytes > StorageLimits.RecordBytesMax || payloadBytes > remaining - RecordFormat.HeaderBytes)
            return false;
        recordBytes = RecordFormat.HeaderBytes + (int)payloadBytes;
        return true;
    }

    private static bool Matches(IFile file, long offset, ReadOnlySpan<byte> window, int recordBytes)
    {
        if (recordBytes <= window.Length) return RecordFormat.Matches(window[..recordBytes]);
        byte[] record = new byte[recordBytes];
        return file.Read(offset, record) == recordBytes && RecordFormat.Matches(record);
    }

    private static bool ClaimsToExceed(IFile file, long damage, long end)
    {
        Span<byte> header = stackalloc byte[RecordFormat.HeaderBytes];
        return file.Read(damage, header) == header.Length
            && damage + RecordFormat.HeaderBytes + RecordFormat.PayloadBytes(header) > end;
    }
}
