using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Snapshots;

/// <summary>Buffered writing at the end of a file. After a failed write it only fails. One thread.</summary>
internal sealed class FileAppender(IFile file, long start)
{
    private readonly byte[] _buffer = new byte[256 << 10];
    private int _count;
    private long _flushed = start;
    private StorageException? _failure;

    /// <summary>Where the next byte goes.</summary>
    public long Position => _flushed + _count;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _buffer.Length - _count)
        {
            Flush();
            if (bytes.Length >= _buffer.Length)
            {
                Write(bytes);
                return;
            }
        }

        bytes.CopyTo(_buffer.AsSpan(_count));
        _count += bytes.Length;
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
        int pending = _count;
        _count = 0;
        if (pending > 0) Write(_buffer.AsSpan(0, pending));
        else if (_failure is not null) throw _failure.Again();
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (_failure is not null) throw _failure.Again();
        try
        {
            file.Write(_flushed, bytes);
            _flushed += bytes.Length;
        }
        catch (StorageException e)
        {
            _failure = e;
            throw;
        }
    }
}
