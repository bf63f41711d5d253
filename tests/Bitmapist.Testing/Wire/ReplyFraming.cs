using System.Buffers.Text;

namespace Bitmapist.Testing.Wire;

/// <summary>
/// Finds where a RESP2 or RESP3 reply ends (https://github.com/redis/redis-specifications, protocol/RESP3.md). Written
/// apart from Bitmapist.Resp on purpose: a test that reads with the code it tests proves nothing.
/// </summary>
public static class ReplyFraming
{
    /// <summary>The bytes of the first reply in <paramref name="received"/>, or -1 while it is incomplete.</summary>
    /// <exception cref="InvalidDataException">The bytes are not RESP.</exception>
    public static int MeasureReply(ReadOnlySpan<byte> received) => Measure(received, depth: 0);

    private static int Measure(ReadOnlySpan<byte> received, int depth)
    {
        if (depth > Limits.ReplyDepth) throw new InvalidDataException("The reply nests too deeply.");
        int lineBytes = received.IndexOf("\r\n"u8);
        if (lineBytes < 0) return -1;
        int end = lineBytes + 2;
        switch (received[0])
        {
            case (byte)'+' or (byte)'-' or (byte)':' or (byte)',' or (byte)'#' or (byte)'_' or (byte)'(':
                return end;
            case (byte)'$' or (byte)'=' or (byte)'!':
                return MeasureBlob(received, end, Count(received[..lineBytes]));
            case (byte)'*' or (byte)'~' or (byte)'>':
                return MeasureItems(received, end, Count(received[..lineBytes]), depth);
            case (byte)'%':
                return MeasureItems(received, end, 2 * Count(received[..lineBytes]), depth);
            case (byte)'|': // an attribute and the reply it belongs to
                return MeasureItems(received, end, 2 * Count(received[..lineBytes]) + 1, depth);
            default:
                throw new InvalidDataException("Not a RESP reply: " + Text.Excerpt(received, charsMax: 80));
        }
    }

    private static int MeasureBlob(ReadOnlySpan<byte> received, int start, long blobBytes)
    {
        if (blobBytes < 0) return start;
        long end = start + blobBytes + 2;
        if (received.Length < end) return -1;
        if (received[(int)(end - 2)..].StartsWith("\r\n"u8)) return (int)end;
        throw new InvalidDataException("A blob does not end in CRLF.");
    }

    private static int MeasureItems(ReadOnlySpan<byte> received, int start, long items, int depth)
    {
        int end = start;
        for (long item = 0; item < items; item++)
        {
            int itemBytes = end < received.Length ? Measure(received[end..], depth + 1) : -1;
            if (itemBytes < 0) return -1;
            end += itemBytes;
        }
        return end;
    }

    private static long Count(ReadOnlySpan<byte> header)
    {
        if (Utf8Parser.TryParse(header[1..], out long count, out int digits) && digits == header.Length - 1)
            return count;
        throw new InvalidDataException("Not a RESP length: " + Text.Escape(header));
    }
}
