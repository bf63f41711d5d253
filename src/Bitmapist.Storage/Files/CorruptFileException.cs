namespace Bitmapist.Storage.Files;

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
