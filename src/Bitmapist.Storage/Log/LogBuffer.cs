namespace Bitmapist.Storage.Log;

/// <summary>
/// Records on their way to the file, in order, each with the segment it belongs to. Any thread appends; the thread that
/// holds the log's write gate takes everything at once. Appending is a checksum outside the lock and a copy inside it.
/// </summary>
internal sealed class LogBuffer(long firstSegment)
{
    /// <summary>A buffer that grew beyond this is dropped after use rather than kept: 1 MiB.</summary>
    private const int KeptBytesMax = 1 << 20;

    /// <summary>A record that would carry the buffer beyond this begins another one: arrays end at 2 GiB.</summary>
    private const int ChunkBytesMax = 64 << 20;

    private readonly Lock _gate = new();
    private readonly List<LogChunk> _full = [];
    private byte[] _bytes = new byte[64 << 10];
    private byte[]? _spare;
    private int _count;
    private long _segment = firstSegment;
    private long _appended;

    /// <summary>Bytes of records ever appended.</summary>
    public long AppendedPosition => Volatile.Read(ref _appended);

    /// <summary>The segment that the next record will belong to.</summary>
    public long Segment => Volatile.Read(ref _segment);

    /// <summary>Copies one batch record; returns the position after it.</summary>
    public long Append(ReadOnlySpan<byte> payload)
    {
        if (payload.Length > StorageLimits.RecordBytesMax)
        {
            throw new ArgumentException(
                $"A log record holds at most {StorageLimits.RecordBytesMax} bytes, not {payload.Length}.",
                nameof(payload));
        }

        Span<byte> header = stackalloc byte[RecordFormat.HeaderBytes];
        RecordFormat.WriteHeader(header, RecordKind.Batch, payload);
        int recordBytes = header.Length + payload.Length;
        lock (_gate)
        {
            if (_bytes.Length - _count < recordBytes) MakeRoom(recordBytes);
            header.CopyTo(_bytes.AsSpan(_count));
            payload.CopyTo(_bytes.AsSpan(_count + header.Length));
            _count += recordBytes;
            long position = _appended + recordBytes;
            Volatile.Write(ref _appended, position);
            return position;
        }
    }

    /// <summary>Sends further records to the next segment, whose sequence it returns.</summary>
    public long NextSegment()
    {
        lock (_gate)
        {
            CloseChunk();
            return ++_segment;
        }
    }

    /// <summary>
    /// Moves everything buffered into <paramref name="chunks"/>; returns the position after it and the segment that
    /// is now appended to, which may be one for which nothing was buffered.
    /// </summary>
    public (long Position, long Segment) Take(List<LogChunk> chunks)
    {
        lock (_gate)
        {
            CloseChunk();
            chunks.AddRange(_full);
            _full.Clear();
            return (_appended, _segment);
        }
    }

    /// <summary>Drops everything buffered; returns the position after it.</summary>
    public long Discard()
    {
        lock (_gate)
        {
            _full.Clear();
            if (_bytes.Length > KeptBytesMax) _bytes = new byte[64 << 10];
            _count = 0;
            return _appended;
        }
    }

    /// <summary>Gives back a buffer that has been written.</summary>
    public void Return(byte[] used)
    {
        if (used.Length > KeptBytesMax) return;
        lock (_gate) _spare = used;
    }

    private void CloseChunk()
    {
        if (_count == 0) return;
        _full.Add(new LogChunk(_segment, _bytes, _count));
        _bytes = _spare ?? new byte[64 << 10];
        _spare = null;
        _count = 0;
    }

    private void MakeRoom(int recordBytes)
    {
        if (_count > ChunkBytesMax - recordBytes) CloseChunk();
        if (_bytes.Length - _count >= recordBytes) return;
        long wanted = Math.Max(_count + (long)recordBytes, Math.Min(_bytes.Length * 2L, ChunkBytesMax));
        Array.Resize(ref _bytes, checked((int)wanted));
    }
}

/// <summary>The first <paramref name="Count"/> bytes of a buffer: whole records of one segment.</summary>
internal readonly record struct LogChunk(long Segment, byte[] Buffer, int Count);
