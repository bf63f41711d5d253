using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>
/// Reads the records of one segment in order. Reads ahead 256 KiB at a time; a larger record has a buffer of its own
/// size. One thread at a time.
/// </summary>
public sealed class LogReader
{
    private const int WindowBytes = 256 << 10;

    private readonly IFile file;
    private readonly long fileBytes;
    private byte[] window = new byte[WindowBytes];
    private long windowStart;
    private int windowCount;
    private long recordStart;
    private int payloadBytes;

    private LogReader(IFile file, long fileBytes, long previousBytes)
    {
        this.file = file;
        this.fileBytes = fileBytes;
        PreviousBytes = previousBytes;
        Offset = SegmentHeader.Bytes;
    }

    /// <summary>Length that the segment before this one had when it ended; 0 when there was none.</summary>
    public long PreviousBytes { get; }

    /// <summary>Where the next record begins; after damage, where that begins.</summary>
    public long Offset { get; private set; }

    /// <summary>Where the current record begins.</summary>
    public long RecordOffset => recordStart;

    /// <summary>Kind of the current record.</summary>
    public RecordKind Kind { get; private set; }

    /// <summary>Payload of the current record, valid until the next one is read.</summary>
    public ReadOnlySpan<byte> Payload =>
        window.AsSpan((int)(recordStart - windowStart) + RecordFormat.HeaderBytes, payloadBytes);

    /// <summary>
    /// Checks the header of a segment. Null when the file ends within it, or holds zeros there and no record behind:
    /// the trace of a segment just begun. Refuses a foreign, newer or damaged one and another database's or number's.
    /// </summary>
    public static LogReader? Open(IFile file, Guid databaseId, long sequence)
    {
        Span<byte> bytes = stackalloc byte[SegmentHeader.Bytes];
        long fileBytes = file.Length;
        if (file.Read(0, bytes) < bytes.Length) return null;
        if (bytes.IndexOfAnyExcept((byte)0) < 0 && !RecordSearch.AnyAfter(file, 0, fileBytes)) return null;
        SegmentHeader header = SegmentHeader.Read(file.Path, bytes);
        if (header.DatabaseId != databaseId)
        {
            throw new CorruptFileException(FileDefect.OtherDatabase, file.Path, 16,
                $"log segment of database {header.DatabaseId}, not of {databaseId}; move it away to open without it");
        }

        if (header.Sequence != sequence)
        {
            throw new CorruptFileException(FileDefect.Damaged, file.Path, 32,
                $"log segment says it is number {header.Sequence}, its name says {sequence}");
        }

        return new LogReader(file, fileBytes, header.PreviousBytes);
    }

    /// <summary>
    /// Reads the next record. After TornTail or Corrupt, <see cref="Offset"/> stays where the damage begins. Refuses a
    /// record kind of a later version.
    /// </summary>
    public LogOutcome Read()
    {
        long remaining = fileBytes - Offset;
        if (remaining == 0) return LogOutcome.EndOfLog;
        if (remaining < RecordFormat.HeaderBytes) return LogOutcome.TornTail;

        Fill(RecordFormat.HeaderBytes);
        ReadOnlySpan<byte> header = window.AsSpan((int)(Offset - windowStart));
        uint claimed = RecordFormat.PayloadBytes(header);
        RecordKind kind = RecordFormat.Kind(header);
        long recordBytes = RecordFormat.HeaderBytes + (long)claimed;
        if (kind == RecordKind.Reserved || claimed > StorageLimits.RecordBytesMax || recordBytes > remaining)
            return Damaged();

        Fill((int)recordBytes);
        if (!RecordFormat.Proves(window.AsSpan((int)(Offset - windowStart), (int)recordBytes))) return Damaged();
        if (kind > RecordKind.Durable || (kind == RecordKind.Durable && claimed != RecordFormat.DurablePayloadBytes))
        {
            throw new CorruptFileException(FileDefect.NewerFormat, file.Path, Offset,
                $"log record of kind {(byte)kind} and {claimed} bytes, which this program does not know");
        }

        recordStart = Offset;
        payloadBytes = (int)claimed;
        Kind = kind;
        Offset += recordBytes;
        return LogOutcome.Record;
    }

    private LogOutcome Damaged() => RecordSearch.AnyAfter(file, Offset, fileBytes)
        ? LogOutcome.Corrupt
        : LogOutcome.TornTail;

    /// <summary>Makes <paramref name="bytes"/> from <see cref="Offset"/> on available in the window.</summary>
    private void Fill(int bytes)
    {
        if (Offset >= windowStart && Offset + bytes <= windowStart + windowCount) return;
        if (bytes > window.Length) window = new byte[bytes];
        else if (bytes <= WindowBytes && window.Length > WindowBytes) window = new byte[WindowBytes];
        windowCount = file.Read(Offset, window);
        windowStart = Offset;
        if (windowCount < bytes)
            throw new StorageException(file.Path, Offset, "the segment became shorter while it was read");
    }
}
