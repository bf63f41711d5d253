using Bitmapist.Engine.Bits;
using Bitmapist.Migration.Transfer;
using Bitmapist.Roaring;

namespace Bitmapist.Migration.GoServer;

/// <summary>
/// The keys of the Go server's database: bucket <c>bitmapist</c> has a portable bitmap under each key, bucket
/// <c>expires</c> its expiry time, a signed varint of unix nanoseconds. What else there is (<c>aux</c>) is a cache.
/// </summary>
internal sealed class GoServerSource(BoltFile file) : IMigrationSource
{
    private const string NestedBucket = "bucket within a bucket";
    private const int VarintBytesMax = 10;

    public void ReadInto(KeySink sink)
    {
        if (file.OpenBucket("bitmapist"u8) is not { } bitmaps) return; // never saved: no keys yet
        BoltCursor? expiries = file.OpenBucket("expires"u8);
        bool hasExpiry = expiries?.MoveNext() ?? false;
        while (bitmaps.MoveNext())
        {
            // Both buckets ascend, so one pass over each joins them.
            int order = -1;
            while (hasExpiry && (order = expiries!.Key.SequenceCompareTo(bitmaps.Key)) < 0)
            {
                sink.Report.OrphanExpiries++;
                hasExpiry = expiries.MoveNext();
            }

            if (bitmaps.IsBucket) sink.Skip(NestedBucket);
            else Put(sink, bitmaps, hasExpiry && order == 0 ? expiries : null);
            sink.Advance(file.ReadBytes, file.Length);
        }

        for (; hasExpiry; hasExpiry = expiries!.MoveNext()) sink.Report.OrphanExpiries++;
    }

    private void Put(KeySink sink, BoltCursor bitmaps, BoltCursor? expiry)
    {
        StringValue value = ReadBitmap(bitmaps);
        if (value.Bits.IsEmpty) sink.Report.EmptyBitmaps++;
        long expiresAtUnixMs = 0;
        if (expiry is not null && !TryReadExpiry(expiry, out expiresAtUnixMs))
        {
            // One row that cannot be read must not keep all keys from moving; this one's bits are whole.
            sink.Report.MalformedExpiries++;
        }
        else if (expiry is not null && expiresAtUnixMs <= sink.NowUnixMs)
        {
            // The Go server forgets such a row when its key is overwritten: the time may be another value's.
            expiresAtUnixMs = 0;
            sink.Report.StaleExpiries++;
        }

        sink.Put(0, bitmaps.Key, value, expiresAtUnixMs);
    }

    /// <summary>
    /// The string whose highest bit is the bitmap's highest id. The Go server keeps no lengths; a bitmap without bits
    /// becomes one zero byte, the shortest string that marking and unmarking leaves behind in Redis, because its key
    /// exists and an empty string could not come about that way.
    /// </summary>
    private StringValue ReadBitmap(BoltCursor item)
    {
        ReadOnlyMemory<byte> bytes = item.Value;
        if (!SerializedBitmap.TryRead(bytes, out SerializedBitmap? bitmap, out int consumed, out string? reason))
            throw file.Damaged(item.Page, $"the bitmap of key {Reading.Shown(item.Key)} is malformed: {reason}");
        if (consumed != bytes.Length)
        {
            throw file.Damaged(item.Page,
                $"the bitmap of key {Reading.Shown(item.Key)} ends after {consumed} of {bytes.Length} bytes");
        }

        long lengthBytes = bitmap!.TryMax(out uint max) ? (max >> 3) + 1L : 1;
        return new StringValue(lengthBytes, PendingBits.Ready(bitmap.ToFrozen()));
    }

    /// <summary>Go's binary.PutVarint: zig-zag, seven bits a byte, the lowest first.</summary>
    private static bool TryReadExpiry(BoltCursor row, out long unixMs)
    {
        const long NanosecondsPerMs = 1_000_000;
        ReadOnlySpan<byte> bytes = row.Value.Span;
        ulong zigzag = 0;
        for (int i = 0; i < bytes.Length && i < VarintBytesMax; i++)
        {
            zigzag |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            bool isLast = bytes[i] < 0x80;
            if (isLast && i == VarintBytesMax - 1 && bytes[i] > 1) break; // beyond 64 bits
            if (!isLast) continue;
            unixMs = ((long)(zigzag >> 1) ^ -(long)(zigzag & 1)) / NanosecondsPerMs;
            return true;
        }

        unixMs = 0;
        return false;
    }
}
