namespace Bitmapist.Storage.Files;

/// <summary>
/// An open file with positioned reads and writes. Reads may run on any thread at any time; writes, truncation and
/// syncing are one writer's business. Every failure is a <see cref="StorageException"/>.
/// </summary>
public interface IFile : IDisposable
{
    string Path { get; }

    /// <summary>Current length in bytes.</summary>
    long Length { get; }

    /// <summary>What is under <see cref="Path"/> now: outsiders may have moved or replaced the file.</summary>
    FilePlace Place { get; }

    /// <summary>Fills the buffer as far as the file reaches; returns the bytes read, 0 at its end.</summary>
    int Read(long offset, Span<byte> buffer);

    /// <summary>Writes all of <paramref name="bytes"/>, extending the file where needed, or throws.</summary>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Forces everything written to stable storage. A failure is final: the system may have dropped the unwritten
    /// pages, so this object refuses every later write and sync, while reading goes on.
    /// </summary>
    void Sync();

    /// <summary>Cuts or extends the file to <paramref name="length"/> bytes.</summary>
    void Truncate(long length);
}

/// <summary>What is under the path by which a file was opened.</summary>
public enum FilePlace
{
    /// <summary>The file itself, by whatever way the path leads to it.</summary>
    Own,

    /// <summary>Nothing, or not even the folder: the file was deleted or moved.</summary>
    Nothing,

    /// <summary>Another file.</summary>
    Another,
}
