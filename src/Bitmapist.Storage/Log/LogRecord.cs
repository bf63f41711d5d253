namespace Bitmapist.Storage.Log;

/// <summary>A record during recovery; the payload is valid until the callback returns.</summary>
public readonly ref struct LogRecord(string path, long offset, ReadOnlySpan<byte> payload)
{
    /// <summary>The segment file, for a caller that cannot make sense of the payload and must name it.</summary>
    public string Path { get; } = path;

    /// <summary>Where the record begins in the segment.</summary>
    public long Offset { get; } = offset;

    public ReadOnlySpan<byte> Payload { get; } = payload;
}

/// <summary>Receives the records of a log in the order they were appended.</summary>
public delegate void LogRecordHandler(in LogRecord record);
