using System.Numerics;
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

/// <summary>
/// Hands out the ids of an <see cref="IdStream"/>, a window's one after another without waiting, while the next window
/// is on its way. Used by one flow.
/// </summary>
internal sealed class IdEnumerator(IdStream stream, EitherToken cancellation) : IAsyncEnumerator<uint>
{
    private const int BitsPerByte = 8;
    private const int BitsPerWord = 64;

    private IdWindow _window;
    private int _nextWord; // index in the window of the first byte of the word after the present one
    private ulong _word; // the present word's ids that were not handed out yet
    private long _wordId; // the id of the present word's first bit
    private Task<IdWindow>? _coming;
    private bool _isStarted;

    /// <inheritdoc/>
    public uint Current { get; private set; }

    /// <inheritdoc/>
    public ValueTask<bool> MoveNextAsync()
    {
        if (cancellation.Cancelled is { } cancelled) return ValueTask.FromCanceled<bool>(cancelled);
        return TryTake() ? new ValueTask<bool>(true) : new ValueTask<bool>(CallerTask.From(AdvanceAsync()));
    }

    /// <summary>Ends; a reader may leave early, and the window on its way then ends unseen.</summary>
    public ValueTask DisposeAsync()
    {
        return new ValueTask(CallerTask.From(RunAsync()));

        async Task RunAsync()
        {
            if (_coming is not null) await ((Task)_coming).Quietly();
            cancellation.Dispose();
        }
    }

    /// <summary>Takes the next id of the window, if it has one.</summary>
    private bool TryTake()
    {
        while (_word == 0)
        {
            if (_nextWord >= _window.Bytes.Length) return false;
            _word = IdBitmap.WordAt(_window.Bytes.Span[_nextWord..]);
            _wordId = (_window.First + _nextWord) * BitsPerByte;
            _nextWord += sizeof(ulong);
        }

        int bit = BitOperations.LeadingZeroCount(_word);
        _word &= ~(1UL << (BitsPerWord - 1 - bit));
        Current = (uint)(_wordId + bit);
        return true;
    }

    /// <summary>Takes the next id of the windows to come, if they have one.</summary>
    private async Task<bool> AdvanceAsync()
    {
        try
        {
            if (!_isStarted) _coming = stream.ReadFirstAsync(cancellation.Token);
            _isStarted = true;
            while (_coming is not null)
            {
                _window = await _coming.WithoutPool();
                _nextWord = 0;
                _coming = _window.Next is { } next ? stream.ReadNextAsync(_window, next, cancellation.Token) : null;
                // If it fails and the reader never comes for it, nobody is to be told of an exception nobody saw.
                Task? coming = _coming;
                coming?.WhenOver(() => _ = coming.Exception);
                if (TryTake()) return true;
            }

            return false;
        }
        catch (OperationCanceledException failure) when (cancellation.Cancelled is { } cancelled)
        {
            throw new OperationCanceledException(failure.Message, failure, cancelled); // the caller's, not one of ours
        }
    }
}

/// <summary>A part of a key's bytes, and where the next ids are.</summary>
/// <param name="First">The index of the first byte in the key.</param>
/// <param name="Bytes">The bytes; fewer than asked for where the key ends.</param>
/// <param name="LengthBytes">Bytes of the whole key.</param>
/// <param name="Next">The index of the next byte with an id behind this window; null if there is none.</param>
internal readonly record struct IdWindow(long First, ReadOnlyMemory<byte> Bytes, long LengthBytes, long? Next);
