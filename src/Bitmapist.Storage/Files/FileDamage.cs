namespace Bitmapist.Storage.Files;

/// <summary>A part of a file that does not prove itself, for those who go on reading behind it.</summary>
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
