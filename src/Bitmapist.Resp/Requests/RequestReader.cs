using System.Buffers.Binary;

namespace Bitmapist.Resp.Requests;

/// <summary>
/// Reads requests out of a client's byte stream, in whatever pieces it arrives; one per connection, not thread-safe.
/// Accepts and refuses exactly what Redis 7.0 does, its leniencies included: two bytes of any value end a bulk, and one
/// byte of any value follows the carriage return of a header.
/// </summary>
/// <remarks>
/// A request lying inside one input is read in place. One that does not is gathered in the reader's stash, where each
/// byte is copied an amortised constant number of times, and memory grows with the bytes that arrived. Invariant: the
/// stash holds bytes of one request only, so that the requests behind it are read in place again.
/// </remarks>
public sealed class RequestReader
{
    private const int StashBytesMin = 256;

    private readonly RequestParser _parser;
    private byte[] _stash = [];
    private int _stashedBytes;
    private bool _isStashDelivered; // the stash holds the current Request rather than an unfinished one

    /// <summary>A reader at the start of a connection's stream.</summary>
    public RequestReader() => _parser = new RequestParser(Request);

    /// <summary>The request that the last Read completed.</summary>
    public Request Request { get; } = new();

    /// <summary>
    /// The error to send, such as "ERR Protocol error: invalid multibulk length"; empty unless Invalid.
    /// </summary>
    public ReadOnlySpan<byte> Error => _parser.Error;

    /// <summary>Bytes of an unfinished request received so far.</summary>
    public long BufferedBytes => _isStashDelivered ? 0 : _stashedBytes;

    /// <summary>
    /// Bytes of memory that an unfinished request occupies: room for what is received, and its table of arguments.
    /// </summary>
    public long HeldBytes => _isStashDelivered ? 0 : _stash.Length + Request.TableBytes;

    /// <summary>What has been searched of what came in pieces; for tests of the promise of linear work.</summary>
    internal long SearchedBytes => _parser.SearchedBytes;

    /// <summary>Redis grants clients that have yet to authenticate 10 arguments of 16 KiB each. Default true.</summary>
    public bool IsAuthenticated
    {
        get => _parser.IsAuthenticated;
        set => _parser.IsAuthenticated = value;
    }

    /// <summary>Bytes one argument may have: proto-max-bulk-len.</summary>
    public long BulkBytesMax
    {
        get => _parser.BulkBytesMax;
        set => _parser.BulkBytesMax = value;
    }

    /// <summary>Wire bytes one request may have: client-query-buffer-limit. Up to 1 GiB, the default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not in 1 … <see cref="RespLimits.RequestBytesMax"/>.</exception>
    public int RequestBytesMax
    {
        get => _parser.RequestBytesMax;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, RespLimits.RequestBytesMax);
            _parser.RequestBytesMax = value;
        }
    }

    /// <summary>
    /// Reads the next request. Complete: <see cref="Request"/> holds it, <paramref name="consumedBytes"/> were used,
    /// call again with the rest. Incomplete: all of the input was taken; call again with the bytes that follow.
    /// Invalid: send <see cref="Error"/> and close; every later call says Invalid too. Requests without arguments (a
    /// blank line, *0, *-1) are passed over. O(bytes).
    /// </summary>
    public RequestStatus Read(ReadOnlyMemory<byte> input, out int consumedBytes)
    {
        if (_stashedBytes == 0 && _parser is { State: RequestParser.Phase.Start, IsAuthenticated: true })
        {
            int requestBytes = WholeRequest.Parse(input.Span, BulkBytesMax, ref Request.Slices, out int count);
            if (requestBytes > 0 && requestBytes <= RequestBytesMax)
            {
                Request.Complete(input, count, requestBytes);
                consumedBytes = requestBytes;
                return RequestStatus.Complete;
            }
        }

        return ReadStepwise(input, out consumedBytes);
    }

    private RequestStatus ReadStepwise(ReadOnlyMemory<byte> input, out int consumedBytes)
    {
        if (_isStashDelivered) ReleaseStash();

        consumedBytes = 0;
        while (consumedBytes < input.Length)
        {
            ReadOnlyMemory<byte> rest = input[consumedBytes..];
            RequestStatus status = _stashedBytes == 0 ?
                ReadInPlace(rest, out int usedBytes) : ReadInStash(rest.Span, out usedBytes);
            consumedBytes += usedBytes;
            if (status == RequestStatus.Incomplete) continue;
            if (status == RequestStatus.Invalid || Request.Count > 0) return status;
            ReleaseStash();
        }

        return _parser.State == RequestParser.Phase.Failed ? RequestStatus.Invalid : RequestStatus.Incomplete;
    }

    private RequestStatus ReadInPlace(ReadOnlyMemory<byte> input, out int usedBytes)
    {
        usedBytes = 0;
        _parser.Advance(input.Span);
        switch (_parser.State)
        {
            case RequestParser.Phase.Failed:
                return RequestStatus.Invalid;
            case RequestParser.Phase.Complete:
                usedBytes = _parser.Deliver(input);
                return RequestStatus.Complete;
            default:
                Stash(input.Span);
                usedBytes = input.Length;
                return RequestStatus.Incomplete;
        }
    }

    private RequestStatus ReadInStash(ReadOnlySpan<byte> input, out int usedBytes)
    {
        usedBytes = _parser.BytesOfThisRequest(_stash.AsSpan(0, _stashedBytes), input);
        Stash(input[..usedBytes]);
        _parser.Advance(_stash.AsSpan(0, _stashedBytes));
        switch (_parser.State)
        {
            case RequestParser.Phase.Failed:
                ReleaseStash();
                return RequestStatus.Invalid;
            case RequestParser.Phase.Complete:
                _isStashDelivered = true;
                _parser.Deliver(_stash.AsMemory(0, _stashedBytes));
                return RequestStatus.Complete;
            default:
                return RequestStatus.Incomplete;
        }
    }

    private void Stash(ReadOnlySpan<byte> bytes)
    {
        int neededBytes = _stashedBytes + bytes.Length;
        if (neededBytes > _stash.Length)
        {
            // Doubling keeps copying amortised; the request's end, where it is known, keeps doubling from overshooting.
            int doubledBytes = (int)Math.Min(Math.Max(StashBytesMin, 2L * _stash.Length), Array.MaxLength);
            int stashBytes = Math.Max(neededBytes, Math.Min(doubledBytes, _parser.KnownEnd));
            byte[] larger = GC.AllocateUninitializedArray<byte>(stashBytes);
            _stash.AsSpan(0, _stashedBytes).CopyTo(larger);
            _stash = larger;
        }

        bytes.CopyTo(_stash.AsSpan(_stashedBytes));
        _stashedBytes = neededBytes;
    }

    private void ReleaseStash()
    {
        _isStashDelivered = false;
        _stashedBytes = 0;
        if (_stash.Length > RespLimits.BufferBytesKept) _stash = [];
        Request.Trim();
        _parser.Trim();
    }
}

/// <summary>
/// The short way through a request that lies whole in one input and is written as every client writes it. Anything else
/// (a piece missing, an inline request, an odd or oversized header) it declines, and <see cref="RequestReader"/> takes
/// the long way from the request's first byte; so it may only accept what the long way accepts, with the same slices.
/// </summary>
internal static class WholeRequest
{
    // Nine digits fit an int.
    private const int DigitsMax = 9;

    /// <summary>
    /// Bytes of the request at the start of <paramref name="input"/>, or 0 when declined. O(arguments).
    /// </summary>
    public static int Parse(
        ReadOnlySpan<byte> input, long bulkBytesMax, ref Request.Slice[] slices, out int count)
    {
        int position = 0;
        count = ReadNumber(input, (byte)'*', ref position);
        if (count <= 0) return 0;

        for (int i = 0; i < count; i++)
        {
            int length = ReadNumber(input, (byte)'$', ref position);
            int end = position + 2 + length; // below 2^31 + 10^9, which as an unsigned number is beyond any input
            if (length < 0 || length > bulkBytesMax || (uint)end > (uint)input.Length) return 0;
            Request.Store(ref slices, i, position, length);
            position = end;
        }

        return position;
    }

    /// <summary>Reads marker, digits, carriage return and one more byte; −1 when that is not what is there.</summary>
    private static int ReadNumber(ReadOnlySpan<byte> input, byte marker, ref int position)
    {
        const int ShortestBytes = 4; // "$0\r\n"
        if (input.Length - position < ShortestBytes) return -1;
        uint word = BinaryPrimitives.ReadUInt32LittleEndian(input[position..]);
        uint number = (byte)(word >> 8) - (uint)'0';
        if ((byte)word != marker || number > 9) return -1;
        if ((byte)(word >> 16) == '\r')
        {
            position += ShortestBytes;
            return (int)number;
        }

        // No leading zeros; and the byte behind the carriage return must have arrived.
        if (number == 0) return -1;
        int limit = Math.Min(input.Length - 1, position + 1 + DigitsMax + 1);
        for (int i = position + 2; i < limit; i++)
        {
            uint digit = input[i] - (uint)'0';
            if (digit <= 9)
            {
                number = number * 10 + digit;
                continue;
            }

            if (input[i] != '\r') return -1;
            position = i + 2;
            return (int)number;
        }

        return -1;
    }
}
