using System.Diagnostics;

namespace Bitmapist.Resp.Requests;

/// <summary>What <see cref="RequestReader.Read"/> found.</summary>
public enum RequestStatus
{
    /// <summary>A whole request is ready; the input may hold more behind it.</summary>
    Complete,

    /// <summary>The input ended inside a request (or between two); all of it was taken.</summary>
    Incomplete,

    /// <summary>The client broke the protocol; the connection must be closed once the error is sent.</summary>
    Invalid,
}

/// <summary>
/// The long way through a request: a state machine over a window that starts with the request's first byte and grows
/// from call to call until <see cref="State"/> says Complete or Failed. Every byte is looked at an amortised constant
/// number of times, and nothing is allocated for what a header merely announces. Not thread-safe.
/// </summary>
internal sealed class RequestParser(Request request)
{
    // "$0\r\n\r\n"
    private const int ArgumentBytesMin = 6;

    // Counts may be as large as an int; the bytes that many arguments surely have are only taken piece by piece.
    private const int SureArgumentsMax = 10_000;

    private byte[] _inlineArguments = [];
    private byte[] _error = [];

    // Progress; offsets count from the request's first byte.
    private int _position;      // start of the line or the bulk being read
    private int _scannedBytes;  // of the current line, without finding its end
    private bool _isLineHidden; // a NUL came before the line's end: Redis, searching as C does, never sees that end
    private int _argumentsLeft;
    private int _argumentsRead;
    private int _bulkEnd;       // behind the two bytes that end the bulk

    public enum Phase
    {
        Start,
        CountLine,
        LengthLine,
        Bulk,
        InlineLine,
        Complete,
        Failed,
    }

    public Phase State { get; private set; }

    /// <summary>Bytes searched for the ends of lines over the parser's life: linear in the bytes given to it.</summary>
    public long SearchedBytes { get; private set; }

    public ReadOnlySpan<byte> Error => _error;

    public bool IsAuthenticated { get; set; } = true;

    public long BulkBytesMax { get; set; } = RespLimits.BulkBytesMax;

    public int RequestBytesMax { get; set; } = RespLimits.RequestBytesMax;

    /// <summary>Where the bulk being read ends if it is the request's last, else int.MaxValue.</summary>
    public int KnownEnd => State == Phase.Bulk && _argumentsLeft == 1 ? _bulkEnd : int.MaxValue;

    /// <summary>Moves on as far as <paramref name="window"/> allows; it is never empty.</summary>
    public void Advance(ReadOnlySpan<byte> window)
    {
        bool hasMoved = true;
        while (hasMoved)
        {
            switch (State)
            {
                case Phase.Start:
                    State = window[0] == (byte)'*' ? Phase.CountLine : Phase.InlineLine;
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

    /// <summary>
    /// Fills the request from a window in which it is complete, and makes ready for the next one.
    /// </summary>
    /// <returns>The request's wire bytes; its count may be 0.</returns>
    public int Deliver(ReadOnlyMemory<byte> window)
    {
        Debug.Assert(State == Phase.Complete, "Only a complete request is delivered.");
        int requestBytes = _position;
        bool isInline = window.Span[0] != (byte)'*';
        request.Complete(isInline ? _inlineArguments : window, _argumentsRead, requestBytes);
        State = Phase.Start;
        _position = 0;
        _scannedBytes = 0;
        _isLineHidden = false;
        _argumentsRead = 0;
        return requestBytes;
    }

    /// <summary>
    /// How much of <paramref name="input"/>, at least a byte, surely belongs to the unfinished request.
    /// </summary>
    public int BytesOfThisRequest(ReadOnlySpan<byte> window, ReadOnlySpan<byte> input)
    {
        // No argument is shorter than the shortest, so a request of many is taken in large pieces until near its end.
        int sureBytes = ArgumentBytesMin * Math.Min(_argumentsLeft, SureArgumentsMax);
        switch (State)
        {
            case Phase.Bulk:
                return Math.Min(input.Length, _bulkEnd - window.Length + sureBytes - ArgumentBytesMin);
            case Phase.LengthLine when _position + sureBytes > window.Length:
                return Math.Min(input.Length, _position + sureBytes - window.Length);
            case Phase.InlineLine:
                return BytesOfThisLine(window, input, (byte)'\n', bytesBehind: 0);
            default:
                return BytesOfThisLine(window, input, (byte)'\r', bytesBehind: 1);
        }
    }

    /// <summary>Gives back what only an unusually large request needed.</summary>
    public void Trim()
    {
        if (_inlineArguments.Length > RespLimits.BufferBytesKept) _inlineArguments = [];
    }

    private int BytesOfThisLine(ReadOnlySpan<byte> window, ReadOnlySpan<byte> input, byte terminator, int bytesBehind)
    {
        // The terminator may have come already, when a byte behind it is all that is missing.
        if (!_isLineHidden && window.Length > _position && window[^1] == terminator) return bytesBehind;

        int limit = Math.Min(input.Length, _position + RespLimits.LineBytesMax + 1 - window.Length);
        int end = _isLineHidden ? -1 : input[..limit].IndexOf(terminator);
        return end < 0 ? limit : Math.Min(end + 1 + bytesBehind, input.Length);
    }

    private bool ReadCount(ReadOnlySpan<byte> window)
    {
        if (!TryReadHeader(window, ProtocolErrors.CountTooBig, out ReadOnlySpan<byte> header)) return false;
        if (!StrictInteger.TryParse(header[1..], out long count) || count > RespLimits.ArgumentsMax)
            return Fail(ProtocolErrors.CountInvalid);
        if (count > RespLimits.UnauthenticatedArgumentsMax && !IsAuthenticated)
            return Fail(ProtocolErrors.CountUnauthenticated);

        _argumentsLeft = (int)Math.Max(count, 0);
        State = _argumentsLeft == 0 ? Phase.Complete : Phase.LengthLine;
        return true;
    }

    private bool ReadLength(ReadOnlySpan<byte> window)
    {
        if (!TryReadHeader(window, ProtocolErrors.BulkLengthTooBig, out ReadOnlySpan<byte> header)) return false;

        // Where the header is empty, the carriage return itself is in the marker's place.
        byte marker = header.IsEmpty ? (byte)'\r' : header[0];
        if (marker != (byte)'$') return Fail(ProtocolErrors.DollarExpected(marker));
        if (!StrictInteger.TryParse(header[1..], out long length) || length < 0 || length > BulkBytesMax)
            return Fail(ProtocolErrors.BulkLengthInvalid);
        if (length > RespLimits.UnauthenticatedBulkBytesMax && !IsAuthenticated)
            return Fail(ProtocolErrors.BulkUnauthenticated);
        if (length > RequestBytesMax - _position - 2L) return Fail(ProtocolErrors.RequestTooBig);

        _bulkEnd = _position + (int)length + 2;
        State = Phase.Bulk;
        return true;
    }

    private bool ReadBulk(ReadOnlySpan<byte> window)
    {
        if (window.Length < _bulkEnd) return false;
        Request.Store(ref request.Slices, _argumentsRead++, _position, _bulkEnd - 2 - _position);
        _position = _bulkEnd;
        State = --_argumentsLeft == 0 ? Phase.Complete : Phase.LengthLine;
        return true;
    }

    private bool ReadInline(ReadOnlySpan<byte> window)
    {
        int end = FindInLine(window, (byte)'\n');
        if (end < 0) return CheckLine(window, ProtocolErrors.InlineTooBig);

        ReadOnlySpan<byte> line = window[..end];
        if (line.EndsWith((byte)'\r')) line = line[..^1];
        if (_inlineArguments.Length < line.Length) _inlineArguments = new byte[line.Length];
        int count = InlineSplitter.Split(line, _inlineArguments, ref request.Slices);
        if (count < 0) return Fail(ProtocolErrors.QuotesUnbalanced);
        _argumentsRead = count;
        _position = end + 1;
        State = Phase.Complete;
        return true;
    }

    /// <summary>Reads a header up to its end, a carriage return and one more byte of any value.</summary>
    private bool TryReadHeader(ReadOnlySpan<byte> window, ReadOnlySpan<byte> tooBig, out ReadOnlySpan<byte> header)
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
        int limit = Math.Min(window.Length, _position + RespLimits.LineBytesMax + 1);
        int from = _position + _scannedBytes;
        int found = _isLineHidden ? -1 : window[from..limit].IndexOfAny(terminator, (byte)0);
        SearchedBytes += found < 0 ? limit - from : found + 1;
        if (found >= 0 && window[from + found] != 0) return from + found;

        _isLineHidden |= found >= 0;
        _scannedBytes = limit - _position;
        return -1;
    }

    private bool CheckLine(ReadOnlySpan<byte> window, ReadOnlySpan<byte> tooBig) =>
        window.Length - _position > RespLimits.LineBytesMax && Fail(tooBig);

    private bool Fail(ReadOnlySpan<byte> error)
    {
        _error = error.ToArray();
        State = Phase.Failed;
        return false;
    }
}

/// <summary>The texts Redis 7.0 sends before it closes a connection; all but the last are Redis's own.</summary>
internal static class ProtocolErrors
{
    public static ReadOnlySpan<byte> InlineTooBig => "ERR Protocol error: too big inline request"u8;
    public static ReadOnlySpan<byte> CountTooBig => "ERR Protocol error: too big mbulk count string"u8;
    public static ReadOnlySpan<byte> CountInvalid => "ERR Protocol error: invalid multibulk length"u8;
    public static ReadOnlySpan<byte> CountUnauthenticated => "ERR Protocol error: unauthenticated multibulk length"u8;
    public static ReadOnlySpan<byte> BulkLengthTooBig => "ERR Protocol error: too big bulk count string"u8;
    public static ReadOnlySpan<byte> BulkLengthInvalid => "ERR Protocol error: invalid bulk length"u8;
    public static ReadOnlySpan<byte> BulkUnauthenticated => "ERR Protocol error: unauthenticated bulk length"u8;
    public static ReadOnlySpan<byte> QuotesUnbalanced => "ERR Protocol error: unbalanced quotes in request"u8;
    public static ReadOnlySpan<byte> RequestTooBig => "ERR Protocol error: too big request"u8;

    /// <summary>The marker of a bulk was something else; line ends become spaces, as in every error text.</summary>
    public static byte[] DollarExpected(byte got) =>
        [.. "ERR Protocol error: expected '$', got '"u8, got is (byte)'\r' or (byte)'\n' ? (byte)' ' : got, (byte)'\''];
}
