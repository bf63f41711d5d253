namespace Bitmapist.Storage.Files;

/// <summary>The disk refused: a full or failing device, a missing permission. Says where and why.</summary>
public sealed class StorageException : Exception
{
    /// <param name="path">The file or directory concerned.</param>
    /// <param name="offset">Byte offset in the file, or null where none applies.</param>
    /// <param name="reason">What was tried and what came of it.</param>
    /// <param name="inner">The system's own exception, where there is one.</param>
    public StorageException(string path, long? offset, string reason, Exception? inner = null)
        : base(offset is null ? $"{path}: {reason}" : $"{path} at offset {offset}: {reason}", inner)
    {
        Path = path;
        Offset = offset;
        Reason = reason;
    }

    public string Path { get; }
    public long? Offset { get; }
    public string Reason { get; }

    /// <summary>What the system said, such as "No space left on device": no path, so clients may see it.</summary>
    public string Cause
    {
        get => field ?? CauseOf(InnerException) ?? (InnerException is null ? Reason : "Input/output error");
        init;
    }

    /// <summary>The same failure for another thread: an exception thrown twice mixes up its stack traces.</summary>
    internal StorageException Again() => new(Path, Offset, Reason, this);

    private static string? CauseOf(Exception? inner) => inner switch
    {
        StorageException first => first.Cause,
        ArgumentOutOfRangeException => "File too large", // how .NET reports EFBIG
        UnauthorizedAccessException { InnerException: { } system } => CauseOf(system),
        UnauthorizedAccessException => "Permission denied",
        IOException { HResult: > 0 and < 4096 } system => SystemCalls.Text(system.HResult), // the error number
        _ => null,
    };
}

/// <summary>A file is refused by name: its content does not match its checksum. Nothing has been changed.</summary>
public sealed class CorruptFileException : Exception
{
    /// <param name="defect">The kind of refusal.</param>
    /// <param name="path">The file concerned.</param>
    /// <param name="offset">Byte offset where the doubtful part begins.</param>
    /// <param name="reason">What was found there.</param>
    public CorruptFileException(FileDefect defect, string path, long offset, string reason)
        : base($"{path} at offset {offset}: {reason}")
    {
        Defect = defect;
        Path = path;
        Offset = offset;
        Reason = reason;
    }

    public FileDefect Defect { get; }
    public string Path { get; }
    public long Offset { get; }
    public string Reason { get; }
}

/// <summary>Why a file is refused.</summary>
public enum FileDefect
{
    /// <summary>Ours, but its bytes are not what was written.</summary>
    Damaged,

    /// <summary>Not a file of this program at all.</summary>
    ForeignFile,

    /// <summary>Written by a later version of this program.</summary>
    NewerFormat,

    /// <summary>A log segment that belongs to another database.</summary>
    OtherDatabase,

    /// <summary>A log segment that must exist does not.</summary>
    MissingSegment,
}

/// <summary>A part of a file that does not match its checksum, for those who go on reading behind it.</summary>
/// <param name="Path">The file.</param>
/// <param name="Offset">Byte offset where the doubtful part begins.</param>
/// <param name="Reason">What was found there.</param>
public sealed record FileDamage(string Path, long Offset, string Reason)
{
    public static FileDamage Of(CorruptFileException found)
    {
        ArgumentNullException.ThrowIfNull(found);
        return new(found.Path, found.Offset, found.Reason);
    }

    public override string ToString() => $"{Path} at offset {Offset}: {Reason}";
}
