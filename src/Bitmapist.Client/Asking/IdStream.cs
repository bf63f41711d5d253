using System.Runtime.CompilerServices;
using Bitmapist.Client.Events;
using Bitmapist.Resp.Replies;

namespace Bitmapist.Client.Asking;

/// <summary>
/// The ids of a set of any size in bounded memory: the key's bytes are read in windows, the next one on its way while
/// the present one is handed out.
/// </summary>
internal sealed class IdStream(AskingContext context, EventSet set)
{
    /// <summary>Bytes of a window: 2^21 ids, and small beside a socket's throughput per round trip.</summary>
    public const int WindowBytes = 256 * 1024;

    private const int BitsPerByte = 8;

    private long _lengthBytes; // of the key, as of the last window

    /// <summary>The ids, ascending.</summary>
    /// <exception cref="BitmapistException">The server refused, or could not be asked.</exception>
    public async IAsyncEnumerable<uint> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long first = 0;
        Task<IdBitmap> next = ReadWindowAsync(first, cancellationToken);
        try
        {
            while (true)
            {
                IdBitmap window = await next.ConfigureAwait(false);
                uint baseId = (uint)(first * BitsPerByte);
                first += window.Bytes.Length;
                bool isLast = first >= _lengthBytes || window.Bytes.IsEmpty;
                if (!isLast) next = ReadWindowAsync(first, cancellationToken);
                foreach (uint id in window)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return baseId + id;
                }

                if (isLast) yield break;
            }
        }
        finally
        {
            // The reader may leave early: the window on its way then ends unseen.
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Reads a window. A result that expired or was deleted since the window before is made anew: it must not look like
    /// the end of the set.
    /// </summary>
    private async Task<IdBitmap> ReadWindowAsync(long first, CancellationToken cancellationToken)
    {
        long lengthBefore = _lengthBytes;
        bool mayReuse = true;
        // The windows after the first only read the result; if it is gone, its length says so.
        bool isThere = first > 0;
        while (true)
        {
            Reply? range = null;
            Reply? length = null;
            var exchange = new Exchange(context, mayReuse);
            string key = isThere ? context.Keys.Of(set) : exchange.Prepare(set);
            exchange.AskRange(key, first, first + WindowBytes - 1, (part, whole) => (range, length) = (part, whole));
            if (await exchange.SendAsync(cancellationToken).ConfigureAwait(false))
            {
                if (range!.IsError || length!.IsError)
                    return await ReadWholeAsync(first, cancellationToken).ConfigureAwait(false);
                _lengthBytes = length.AsInteger();
                if (_lengthBytes >= lengthBefore || !(isThere || mayReuse)) return new IdBitmap(range.AsBytes());
            }

            mayReuse = false;
            isThere = false;
        }
    }

    /// <summary>For servers without GETRANGE, as the Go server and ours before 0.2: the key in one piece.</summary>
    private async Task<IdBitmap> ReadWholeAsync(long first, CancellationToken cancellationToken)
    {
        var questions = new Questions(context);
        Answer<IdBitmap> whole = questions.BitmapOf(set);
        await questions.SendAsync(cancellationToken).ConfigureAwait(false);
        ReadOnlyMemory<byte> bytes = whole.Value.Bytes;
        _lengthBytes = bytes.Length;
        return new IdBitmap(bytes[(int)Math.Min(first, bytes.Length)..]);
    }
}
