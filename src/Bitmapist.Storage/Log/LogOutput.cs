using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>
/// What moves records from the buffer into segments. Used by the holder of the log's write gate alone, but for
/// <see cref="Position"/>.
/// </summary>
internal sealed class LogOutput(LogBuffer buffer, SegmentChain chain, SyncDelay delay, string databasePath)
{
    private readonly List<LogChunk> _chunks = []; // taken from the buffer and not written yet
    private long _position;

    /// <summary>The position up to which records are written, or were dropped. Any thread.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>
    /// Everything buffered goes out, in one write where no segment begins. A write that fails is cut back and tried
    /// once more; what then is not written stays here until it is discarded.
    /// </summary>
    /// <returns>Null, or why not everything is written.</returns>
    public StorageException? Write()
    {
        try
        {
            buffer.Take(_chunks);
            if (_chunks.Count == 0) WriteOwedNote();
            while (_chunks.Count > 0)
            {
                LogChunk chunk = _chunks[0];
                Write(chunk);
                _chunks.RemoveAt(0);
                delay.Written();
                Volatile.Write(ref _position, _position + chunk.Count);
                buffer.Return(chunk.Buffer);
            }

            return null;
        }
        catch (Exception reason) // whatever it is: what was taken from the buffer must not be passed over
        {
            return reason as StorageException
                ?? new StorageException(databasePath, null, $"writing the log failed: {reason.Message}", reason);
        }
    }

    /// <summary>Drops what is not written; returns the position behind it.</summary>
    public long Discard()
    {
        _chunks.Clear();
        Volatile.Write(ref _position, buffer.Discard());
        return _position;
    }

    private void Write(in LogChunk chunk)
    {
        ReadOnlySpan<byte> records = chunk.Buffer.AsSpan(0, chunk.Count);
        try
        {
            chain.Write(chunk.Segment, records);
        }
        catch (StorageException)
        {
            chain.Write(chunk.Segment, records); // which first cuts back what the first attempt left
        }
    }

    private void WriteOwedNote()
    {
        try
        {
            chain.WriteOwedNote();
        }
        catch (StorageException)
        {
            chain.WriteOwedNote();
        }
    }
}
