using System.Diagnostics;

namespace Bitmapist.Resp.Requests;

/// <summary>
/// Reads requests out of a client's byte stream, in whatever pieces it arrives; one per connection, not thread-safe.
/// Accepts and refuses exactly what Redis 7.0 does, its leniencies included: two bytes of any value end a bulk, and one
/// byte of any value follows the carriage return of a header.
/// </summary>
/// <remarks>
/// A request lying inside one input is read in place. One that does not is gathered in the reader's stash: each byte is
/// looked at once and copied an amortised constant number of times, and memory grows with the bytes that arrived, never
/// with what a header announces. Invariant: the stash holds bytes of the current request only, never of the one after it.
/// </remarks>
public sealed class RequestReader
{
    private readonly Request _request = new();
    private Phase _phase = Phase.Start;
    private byte[] _stash = [];
    private int _stashedBytes;
    private byte[] _inlineArguments = [];
    private byte[] _error = [];

    // Progress inside the current request; offsets count from its first byte.
    private int _position;      // start of the line or the bulk being read
    private int _scannedBytes;  // of the current line, without finding its end
    private bool _isLineHidden; // a NUL came before the line's end: Redis, searching as C does, never sees that end
    private int _argumentsLeft;
    private int _argumentsRead;
    private int _bulkEnd;       // behind the two bytes that end the bulk

    private enum Phase
    {
        Start,
        CountLine,
        LengthLine,
        Bulk,
        InlineLine,
        Delivered, // a complete request still lies in the stash
        Failed,
    }

    /// <summary>The request that the last Read completed.</summary>
    public Request Request => _request;

    /// <summary>The error to send, such as "ERR Protocol error: invalid multibulk length"; empty unless Invalid.</summary>
    public ReadOnlySpan<byte> Error => _error;

    /// <summary>Bytes of an unfinished request received so far.</summary>
    public long BufferedBytes => _phase == Phase.Delivered ? 0 : _stashedBytes;

    /// <summary>Redis grants clients that have yet to authenticate 10 arguments of 16 KiB each. Default true.</summary>
    public bool IsAuthenticated { get; set; } = true;

    /// <summary>Bytes one argument may have: proto-max-bulk-len.</summary>
    public long BulkBytesMax { get; set; } = Limits.BulkBytesMax;

    /// <summary>Wire bytes one request may have: client-query-buffer-limit. Up to 1 GiB, which is the default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not in 1 … <see cref="Limits.RequestBytesMax"/>.</exception>
    public int RequestBytesMax
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Limits.RequestBytesMax);
            field = value;
        }
    } = Limits.RequestBytesMax;

    /// <summary>
    /// Reads the next request. Complete: <see cref="Request"/> holds it, <paramref name="consumedBytes"/> were used, call
    /// again with the rest. Incomplete: all of the input was taken; call again with the bytes that follow. Invalid: send
    /// <see cref="Error"/> and close; every later call says Invalid too. Requests without arguments (a blank line, *0,
    /// *-1) are passed over. O(bytes).
    /// </summary>
    public RequestStatus Read(ReadOnlyMemory<byte> input, out int consumedBytes)
    {
        if (_phase == Phase.Start && IsAuthenticated)
        {
            int requestBytes = WholeRequest.Parse(input.Span, BulkBytesMax, ref _request.Slices, out int count);
            if (requestBytes > 0 && requestBytes <= RequestBytesMax)
            {
                _request.Complete(input, count, requestBytes);
                consumedBytes = requestBytes;
                return RequestStatus.Complete;
            }
        }

        return ReadStepwise(input, out consumedBytes);
    }

    private RequestStatus ReadStepwise(ReadOnlyMemory<byte> input, out int consumedBytes)
    {
        if (_phase == Phase.Delivered) ReleaseStash();

        consumedBytes = 0;
        while (_phase != Phase.Failed && consumedBytes < input.Length)
        {
            ReadOnlyMemory<byte> rest = input[consumedBytes..];
            if (_stashedBytes == 0)
            {
                Advance(rest.Span);
                if (_phase == Phase.Delivered)
                {
                    consumedBytes += _position;
                    if (Deliver(rest, Phase.Start)) return RequestStatus.Complete;
                }
                else if (_phase != Phase.Failed)
                {
                    Stash(rest.Span);
                    consumedBytes = input.Length;
                }
            }
            else
            {
                int pulledBytes = BytesOfThisRequest(rest.Span);
                Stash(rest.Span[..pulledBytes]);
                consumedBytes += pulledBytes;
                Advance(_stash.AsSpan(0, _stashedBytes));
                if (_phase == Phase.Delivered && Deliver(_stash.AsMemory(0, _stashedBytes), Phase.Delivered))
                    return RequestStatus.Complete;
            }
        }

        return _phase == Phase.Failed ? RequestStatus.Invalid : RequestStatus.Incomplete;
    }

    /// <summary>Hands out the request in <paramref name="window"/>, or passes over one without arguments.</summary>
    private bool Deliver(ReadOnlyMemory<byte> window, Phase next)
    {
        Debug.Assert(_stashedBytes == 0 || _stashedBytes == _position, "The stash holds nothing behind the request.");
        int count = _argumentsRead;
        bool isInline = window.Span[0] != (byte)'*';
        _request.Complete(isInline ? _inlineArguments : window, count, _position);
        _position = 0;
        _scannedBytes = 0;
        _isLineHidden = false;
        _argumentsRead = 0;
        _phase = next;
        if (count == 0) ReleaseStash();
        return count > 0;
    }

    private void ReleaseStash()
    {
        _phase = Phase.Start;
        _stashedBytes = 0;
        _request.Trim();
        if (_stash.Length > Limits.BufferBytesKept) _stash = [];
        if (_inlineArguments.Length > Limits.BufferBytesKept) _inlineArguments = [];
    }

    /// <summary>Moves the state machine over <paramref name="window"/>, the bytes since the request's first.</summary>
    private void Advance(ReadOnlySpan<byte> window)
    {
        bool hasMoved = true;
        while (hasMoved)
        {
            switch (_phase)
            {
                case Phase.Start:
                    _phase = window[0] == (byte)'*' ? Phase.CountLine : Phase.InlineLine;
                    break;
                case Phase.CountLine:
                    hasMoved = ReadCount(window);
                    break;
                case Phase.LengthLine:
                    hasMoved = ReadLength(window);
                    break;
                case Phase.Bulk:
                    hasMoved = ReadBulk(window);
                    break;
                case Phase.InlineLine:
                    hasMoved = ReadInline(window);
                    break;
                default:
                    hasMoved = false;
                    break;
            }
        }
    }

    private bool ReadCount(ReadOnlySpan<byte> window)
    {
        if (!TryFindHeader(window, ProtocolErrors.CountTooBig, out ReadOnlySpan<byte> header)) return false;
        if (!StrictInteger.TryParse(header[1..], out long count) || count > Limits.ArgumentsMax)
            return Fail(ProtocolErrors.CountInvalid);
        if (count > Limits.UnauthenticatedArgumentsMax && !IsAuthenticated)
            return Fail(ProtocolErrors.CountUnauthenticated);

        _argumentsLeft = (int)Math.Max(count, 0);
        _phase = _argumentsLeft == 0 ? Phase.Delivered : Phase.LengthLine;
        return true;
    }

    private bool ReadLength(ReadOnlySpan<byte> window)
    {
        if (!TryFindHeader(window, ProtocolErrors.BulkLengthTooBig, out ReadOnlySpan<byte> header)) return false;

        // A header may be empty: its place is taken by the carriage return itself.
        byte marker = header.IsEmpty ? (byte)'\r' : header[0];
        if (marker != (byte)'$') return Fail(ProtocolErrors.DollarExpected(marker));
        if (!StrictInteger.TryParse(header[1..], out long length) || length < 0 || length > BulkBytesMax)
            return Fail(ProtocolErrors.BulkLengthInvalid);
        if (length > Limits.UnauthenticatedBulkBytesMax && !IsAuthenticated)
            return Fail(ProtocolErrors.BulkUnauthenticated);
        if (length > RequestBytesMax - _position - 2L) return Fail(ProtocolErrors.RequestTooBig);

        _bulkEnd = _position + (int)length + 2;
        _phase = Phase.Bulk;
        return true;
    }

    private bool ReadBulk(ReadOnlySpan<byte> window)
    {
        if (window.Length < _bulkEnd) return false;
        Request.Store(ref _request.Slices, _argumentsRead++, _position, _bulkEnd - 2 - _position);
        _position = _bulkEnd;
        _phase = --_argumentsLeft == 0 ? Phase.Delivered : Phase.LengthLine;
        return true;
    }

    private bool ReadInline(ReadOnlySpan<byte> window)
    {
        int end = FindInLine(window, (byte)'\n');
        if (end < 0) return CheckLine(window, ProtocolErrors.InlineTooBig);

        ReadOnlySpan<byte> line = window[..end];
        if (line.EndsWith((byte)'\r')) line = line[..^1];
        if (_inlineArguments.Length < line.Length) _inlineArguments = new byte[line.Length];
        _argumentsRead = InlineSplitter.Split(line, _inlineArguments, ref _request.Slices);
        if (_argumentsRead < 0) return Fail(ProtocolErrors.QuotesUnbalanced);
        _position = end + 1;
        _phase = Phase.Delivered;
        return true;
    }

    /// <summary>Finds a header's end, and moves behind it: a carriage return and one more byte.</summary>
    private bool TryFindHeader(
        ReadOnlySpan<byte> window, ReadOnlySpan<byte> tooBig, out ReadOnlySpan<byte> header)
    {
        header = default;
        int end = FindInLine(window, (byte)'\r');
        if (end < 0) return CheckLine(window, tooBig);
        if (end + 2 > window.Length) return false;

        header = window[_position..end];
        _position = end + 2;
        _scannedBytes = 0;
        return true;
    }

    private int FindInLine(ReadOnlySpan<byte> window, byte terminator)
    {
        // The terminator may be the byte behind the longest line, and no further, however the bytes arrive.
        int limit = Math.Min(window.Length, _position + Limits.LineBytesMax + 1);
        int from = _position + _scannedBytes;
        int found = _isLineHidden ? -1 : window[from..limit].IndexOfAny(terminator, (byte)0);
        if (found >= 0 && window[from + found] != 0) return from + found;

        _isLineHidden |= found >= 0;
        _scannedBytes = limit - _position;
        return -1;
    }

    private bool CheckLine(ReadOnlySpan<byte> window, ReadOnlySpan<byte> tooBig) =>
        window.Length - _position > Limits.LineBytesMax && Fail(tooBig);

    private bool Fail(ReadOnlySpan<byte> error)
    {
        _error = error.ToArray();
        _phase = Phase.Failed;
        _stash = [];
        _stashedBytes = 0;
        return false;
    }

    /// <summary>How much of <paramref name="input"/>, at least a byte, surely belongs to the stashed request.</summary>
    private int BytesOfThisRequest(ReadOnlySpan<byte> input)
    {
        if (_phase == Phase.Bulk) return Math.Min(input.Length, _bulkEnd - _stashedBytes);

        // The byte behind a header's carriage return is all that is missing.
        if (_phase != Phase.InlineLine && _stashedBytes > _position && !_isLineHidden && _stash[_stashedBytes - 1] == '\r')
            return 1;

        int limit = Math.Min(input.Length, _position + Limits.LineBytesMax + 1 - _stashedBytes);
        if (_isLineHidden) return limit;
        int end = input[..limit].IndexOf(_phase == Phase.InlineLine ? (byte)'\n' : (byte)'\r');
        if (end < 0) return limit;
        return _phase == Phase.InlineLine ? end + 1 : Math.Min(end + 2, input.Length);
    }

    private void Stash(ReadOnlySpan<byte> bytes)
    {
        int needed = _stashedBytes + bytes.Length;
        if (needed > _stash.Length)
        {
            // Doubling keeps copying amortised; a bulk's known end keeps doubling from overshooting.
            long doubled = Math.Max(256, 2L * _stash.Length);
            if (_phase == Phase.Bulk) doubled = Math.Min(doubled, _bulkEnd);
            byte[] larger = GC.AllocateUninitializedArray<byte>((int)Math.Max(needed, Math.Min(doubled, Array.MaxLength)));
            _stash.AsSpan(0, _stashedBytes).CopyTo(larger);
            _stash = larger;
        }

        bytes.CopyTo(_stash.AsSpan(_stashedBytes));
        _stashedBytes = needed;
    }
}
