namespace Bitmapist.Storage.Files;

/// <summary>A file is refused by name: its content does not prove itself. Nothing has been changed.</summary>
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
