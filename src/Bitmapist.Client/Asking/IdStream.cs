using Bitmapist.Client.Connections;
using Bitmapist.Client.Events;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Asking;

/// <summary>
/// The ids of a set of any size in bounded memory: the key's bytes are read in windows, and where no ids are, none are
/// read. What it gives is enumerated by one flow at a time.
/// </summary>
/// <remarks>
/// Every window is asked for together with the first id behind it, and the next one begins there. Over a short gap it
/// reads on, since a window of 256 KiB takes about as long as a round trip. Behind a gap longer than that a small
/// window comes first, for the id there may be alone. So there are never more round trips than ids and one, and
/// never more than one above those of reading every byte: each small window makes up for a large one's bytes skipped.
/// </remarks>
internal sealed class IdStream(AskingContext context, EventSet set, CancellationToken cancellationToken)
    : IAsyncEnumerable<uint>
{
    /// <summary>Bytes of a window: 2^21 ids, and small beside a socket's throughput per round trip.</summary>
    public const int WindowBytes = 256 * 1024;

    /// <summary>Bytes of a window behind a gap of <see cref="WindowBytes"/> or more.</summary>
    public const int SmallWindowBytes = 4 * 1024;

    private const int BitsPerByte = 8;

    /// <summary>The ids, ascending.</summary>
    public IAsyncEnumerator<uint> GetAsyncEnumerator(CancellationToken given = default) =>
        new IdEnumerator(this, new EitherToken(cancellationToken, given));

    /// <summary>Reads the first window.</summary>
    /// <exception cref="BitmapistException">The server refused, or could not be asked.</exception>
    public Task<IdWindow> ReadFirstAsync(CancellationToken token) => ReadAsync(0, WindowBytes, 0, token);

    /// <summary>Reads the window behind another.</summary>
    /// <param name="before">The window before.</param>
    /// <param name="next">The byte it begins with.</param>
    /// <param name="token">Gives up.</param>
    /// <exception cref="BitmapistException">The server refused, or could not be asked.</exception>
    public Task<IdWindow> ReadNextAsync(IdWindow before, long next, CancellationToken token)
    {
        long gapBytes = next - (before.First + before.Bytes.Length);
        return ReadAsync(next, gapBytes >= WindowBytes ? SmallWindowBytes : WindowBytes, before.LengthBytes, token);
    }

    /// <summary>
    /// Reads a window. A result that expired or was deleted since the window before is made anew: it must not look like
    /// the end of the set.
    /// </summary>
    private async Task<IdWindow> ReadAsync(long first, int windowBytes, long lengthBefore, CancellationToken token)
    {
        bool mayReuse = true;
        // The windows after the first only read the result; if it is gone, its length says so.
        bool isThere = first > 0;
        while (true)
        {
            (Reply Range, Reply Length, Reply Position)? replies = null;
            var exchange = new Exchange(context, mayReuse);
            string key = isThere ? context.Keys.Of(set) : exchange.Prepare(set);
            long last = Math.Min(first + windowBytes, IdBitmap.BytesMax) - 1; // What is behind that is nobody's bit.
            exchange.AskWindow(key, first, last, (range, length, position) =>
                replies = (range, length, position));
            if (await exchange.SendAsync(token).WithoutPool())
            {
                (Reply range, Reply length, Reply position) = replies!.Value;
                if (range.IsError || length.IsError) return await ReadWholeAsync(first, token).WithoutPool();
                long lengthBytes = length.Read($"STRLEN {key}", reply => reply.AsInteger());
                if (lengthBytes >= lengthBefore || !(isThere || mayReuse))
                {
                    ReadOnlyMemory<byte> bytes = range.Read($"GETRANGE {key}", reply => reply.AsBytes());
                    return WindowOf(first, bytes, lengthBytes, position.IsError
                        ? null : position.Read($"BITPOS {key}", reply => reply.AsInteger()));
                }
            }

            mayReuse = false;
            isThere = false;
        }
    }

    /// <summary>A server without BITPOS (before Redis 2.8.7) reads on where the window ends.</summary>
    private static IdWindow WindowOf(long first, ReadOnlyMemory<byte> bytes, long lengthBytes, long? position)
    {
        long end = first + bytes.Length;
        long? next = end;
        if (position is { } bit) next = bit >= 0 ? Math.Max(end, bit / BitsPerByte) : null;
        if (bytes.IsEmpty || next >= Math.Min(lengthBytes, IdBitmap.BytesMax)) next = null;
        return new IdWindow(first, bytes, lengthBytes, next);
    }

    /// <summary>For servers without GETRANGE, as the Go server and ours before 0.2: the key in one piece.</summary>
    private async Task<IdWindow> ReadWholeAsync(long first, CancellationToken token)
    {
        var questions = new Questions(context);
        Answer<IdBitmap> whole = questions.BitmapOf(set);
        await questions.SendWithinAsync(token).WithoutPool();
        ReadOnlyMemory<byte> bytes = whole.Value.Bytes;
        return new IdWindow(first, bytes[(int)Math.Min(first, bytes.Length)..], bytes.Length, Next: null);
    }
}
