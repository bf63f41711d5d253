namespace Bitmapist.Storage.Log;

/// <summary>
/// Records on their way to the file, in order, each with the segment it belongs to. Any thread appends; whoever holds
/// the log's write gate takes everything at once. Appending is a checksum outside the lock and a copy inside it.
/// </summary>
internal sealed class LogBuffer(long firstSegment)
{
    /// <summary>A buffer that grew beyond this is dropped after use rather than kept: 1 MiB.</summary>
    private const int KeptBytesMax = 1 << 20;

    /// <summary>A record that would carry the buffer beyond this begins another one: arrays end at 2 GiB.</summary>
    private const int ChunkBytesMax = 64 << 20;

    private readonly Lock gate = new();
    private readonly List<LogChunk> full = [];
    private byte[] bytes = new byte[64 << 10];
    private byte[]? spare;
    private int count;
    private long segment = firstSegment;
    private long appended;

    /// <summary>Bytes of records ever appended.</summary>
    public long AppendedPosition => Volatile.Read(ref appended);

    /// <summary>The segment that the next record will belong to.</summary>
    public long Segment => Volatile.Read(ref segment);

    /// <summary>Copies one batch record; returns the position after it.</summary>
    public long Append(ReadOnlySpan<byte> payload)
    {
        if (payload.Length > Limits.RecordBytesMax)
        {
            throw new ArgumentException(
                $"A log record holds at most {Limits.RecordBytesMax} bytes, not {payload.Length}.", nameof(payload));
        }

        Span<byte> header = stackalloc byte[RecordFormat.HeaderBytes];
        RecordFormat.WriteHeader(header, RecordKind.Batch, payload);
        int recordBytes = header.Length + payload.Length;
        lock (gate)
        {
            if (bytes.Length - count < recordBytes) MakeRoom(recordBytes);
            header.CopyTo(bytes.AsSpan(count));
            payload.CopyTo(bytes.AsSpan(count + header.Length));
            count += recordBytes;
            long position = appended + recordBytes;
            Volatile.Write(ref appended, position);
            return position;
        }
    }

    /// <summary>Sends further records to the next segment, whose sequence it returns.</summary>
    public long NextSegment()
    {
        lock (gate)
        {
            CloseChunk();
            return ++segment;
        }
    }

    /// <summary>
    /// Moves everything buffered into <paramref name="chunks"/>; returns the position after it and the segment that
    /// is now appended to, which may be one for which nothing was buffered.
    /// </summary>
    public (long Position, long Segment) Take(List<LogChunk> chunks)
    {
        lock (gate)
        {
            CloseChunk();
            chunks.AddRange(full);
            full.Clear();
            return (appended, segment);
        }
    }

    /// <summary>Drops everything buffered; returns the position after it.</summary>
    public long Discard()
    {
        lock (gate)
        {
            full.Clear();
            if (bytes.Length > KeptBytesMax) bytes = new byte[64 << 10];
            count = 0;
            return appended;
        }
    }

    /// <summary>Gives back a buffer that has been written.</summary>
    public void Return(byte[] used)
    {
        if (used.Length > KeptBytesMax) return;
        lock (gate) spare = used;
    }

    private void CloseChunk()
    {
        if (count == 0) return;
        full.Add(new LogChunk(segment, bytes, count));
        bytes = spare ?? new byte[64 << 10];
        spare = null;
        count = 0;
    }

    private void MakeRoom(int recordBytes)
    {
        if (count > ChunkBytesMax - recordBytes) CloseChunk();
        if (bytes.Length - count >= recordBytes) return;
        long wanted = Math.Max(count + (long)recordBytes, Math.Min(bytes.Length * 2L, ChunkBytesMax));
        Array.Resize(ref bytes, checked((int)wanted));
    }
}
