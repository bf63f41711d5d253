using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>Buffered writing at the end of a file. After a failed write it only fails. One thread.</summary>
internal sealed class FileAppender(IFile file, long start)
{
    private readonly byte[] buffer = new byte[256 << 10];
    private int count;
    private long flushed = start;
    private StorageException? failure;

    public IFile File => file;

    /// <summary>Where the next byte goes.</summary>
    public long Position => flushed + count;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > buffer.Length - count)
        {
            Flush();
            if (bytes.Length >= buffer.Length)
            {
                Write(bytes);
                return;
            }
        }

        bytes.CopyTo(buffer.AsSpan(count));
        count += bytes.Length;
    }

    /// <summary>Zeros up to the next multiple of <paramref name="alignment"/>.</summary>
    public void Align(int alignment)
    {
        int padding = (int)((alignment - Position % alignment) % alignment);
        Append(new byte[padding]);
    }

    /// <summary>Hands everything to the system, so that it can be read back from the file.</summary>
    public void Flush()
    {
        int pending = count;
        count = 0;
        if (pending > 0) Write(buffer.AsSpan(0, pending));
        else if (failure is not null) throw failure.Again();
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (failure is not null) throw failure.Again();
        try
        {
            file.Write(flushed, bytes);
            flushed += bytes.Length;
        }
        catch (StorageException e)
        {
            failure = e;
            throw;
        }
    }
}
