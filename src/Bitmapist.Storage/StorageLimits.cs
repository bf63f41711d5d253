namespace Bitmapist.Storage;

/// <summary>Every bound of this assembly. Exceeding one is the caller's mistake: an ArgumentException.</summary>
public static class StorageLimits
{
    /// <summary>Largest payload of one log record, in bytes: a SET of 512 MB and its framing, twice over.</summary>
    public const int RecordBytesMax = 1 << 30;

    /// <summary>
    /// Bytes that must fit behind a log that could not be written before it takes records again: so many that a disk
    /// which is almost full does not have it resume and fail by turns.
    /// </summary>
    internal const int ProbeBytes = 1 << 20;

    /// <summary>Largest value in a database file, in bytes: 65,536 containers of 8 KiB fit twice.</summary>
    public const int ValueBytesMax = 1 << 30;

    /// <summary>Largest key in a database file, in bytes.</summary>
    public const int KeyBytesMax = 16 << 20;

    /// <summary>Largest metadata beside a value, in bytes.</summary>
    public const int MetadataBytesMax = 64 << 10;

    /// <summary>
    /// Largest filter of an index run, in bytes; a run of more than 500 million keys has fewer bits a key.
    /// </summary>
    public const int FilterBytesMax = 1 << 30;

    /// <summary>Most index runs that one generation keeps alive; more are merged when it is committed.</summary>
    public const int LiveRunsMax = 16;
}
