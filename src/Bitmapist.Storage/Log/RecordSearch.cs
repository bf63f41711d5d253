using Bitmapist.Storage.Files;

namespace Bitmapist.Storage.Log;

/// <summary>
/// Looks at every byte offset behind damage for a record that matches its checksum: what tells a torn tail.
/// </summary>
internal static class RecordSearch
{
    /// <summary>
    /// Bytes to checksum before giving up, some tenths of a second's worth. A torn record may hold half a gigabyte
    /// that happens to look like headers; without this bound a start could take hours.
    /// </summary>
    private const long ChecksummedBytesMax = 1L << 30;

    private const int WindowBytes = 1 << 20;

    /// <summary>
    /// Whether any offset in (damage, end) begins a whole record. When the search had to give up: false if the
    /// damaged record claims to reach beyond the end, as a record cut by a crash does, else true.
    /// </summary>
    public static bool AnyAfter(IFile file, long damage, long end)
    {
        long budget = ChecksummedBytesMax;
        byte[] window = new byte[WindowBytes];
        for (long start = damage + 1; start + RecordFormat.HeaderBytes <= end;)
        {
            int count = file.Read(start, window);
            int candidates = count - RecordFormat.HeaderBytes + 1;
            for (int i = 0; i < candidates; i++)
            {
                if (!LooksLikeRecord(window.AsSpan(i), end - start - i, out int recordBytes)) continue;
                budget -= recordBytes;
                if (budget < 0) return !ClaimsToExceed(file, damage, end);
                if (Matches(file, start + i, window.AsSpan(i, count - i), recordBytes)) return true;
            }

            if (candidates <= 0) break;
            start += candidates;
        }

        return false;
    }

    private static bool LooksLikeRecord(ReadOnlySpan<byte> header, long remaining, out int recordBytes)
    {
        uint payloadBytes = RecordFormat.PayloadBytes(header);
        recordBytes = 0;
        if (RecordFormat.Kind(header) is not (RecordKind.Batch or RecordKind.Durable)) return false;
        if (payloadBytes > StorageLimits.RecordBytesMax || payloadBytes > remaining - RecordFormat.HeaderBytes)
            return false;
        recordBytes = RecordFormat.HeaderBytes + (int)payloadBytes;
        return true;
    }

    private static bool Matches(IFile file, long offset, ReadOnlySpan<byte> window, int recordBytes)
    {
        if (recordBytes <= window.Length) return RecordFormat.Matches(window[..recordBytes]);
        byte[] record = new byte[recordBytes];
        return file.Read(offset, record) == recordBytes && RecordFormat.Matches(record);
    }

    private static bool ClaimsToExceed(IFile file, long damage, long end)
    {
        Span<byte> header = stackalloc byte[RecordFormat.HeaderBytes];
        return file.Read(damage, header) == header.Length
            && damage + RecordFormat.HeaderBytes + RecordFormat.PayloadBytes(header) > end;
    }
}
