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
