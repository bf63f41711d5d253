namespace Bitmapist.Resp.Replies;

/// <summary>What <see cref="ReplyReader.Read"/> found.</summary>
public enum ReplyStatus
{
    /// <summary>A whole reply is ready; the input may hold more behind it.</summary>
    Complete,

    /// <summary>The input ended inside a reply (or between two); all of it was taken.</summary>
    Incomplete,

    /// <summary>The server broke the protocol, or a limit; nothing after it can be read.</summary>
    Invalid,
}

/// <summary>
/// Reads a server's replies, RESP2 and RESP3, in whatever pieces they arrive; one per connection, not thread-safe. It
/// is as strict as the specification (redis.io/docs/reference/protocol-spec), except that streamed strings and
/// aggregates ($?, *?), which no Redis sends, are refused.
/// </summary>
/// <remarks>
/// Memory grows with the bytes that arrive, not with what they announce, and work is linear in them. The limits may be
/// changed between replies.
/// </remarks>
public sealed class ReplyReader
{
    private const int BulkBytesFirst = 4096;

    private readonly ReplyTree _tree = new();
    private byte[] _line = new byte[64];
    private int _lineBytes;
    private byte[]? _bulk; // the payload being read, of a bulk or verbatim string or a bulk error
    private byte _bulkMarker;
    private int _payloadBytes; // announced
    private int _bulkBytes;    // received, the two behind the payload included

    /// <summary>The reply that the last Read completed.</summary>
    /// <exception cref="InvalidOperationException">The last Read completed none.</exception>
    public Reply Reply => _tree.Root ?? throw new InvalidOperationException("No reply is complete.");

    /// <summary>What was wrong; empty unless Invalid.</summary>
    public string Error { get; private set; } = "";

    /// <summary>Whether a reply has begun and not ended: the end of the stream here means a lost reply.</summary>
    public bool IsInsideReply => _tree.IsOpen || _lineBytes > 0 || _bulk is not null;

    /// <summary>Bytes a bulk string may have. Up to 1 GiB.</summary>
    public int BulkBytesMax { get; set; } = (int)RespLimits.BulkBytesMax;

    /// <summary>Elements a reply may have, those of aggregates inside it included.</summary>
    public long ElementsMax { get; set; } = RespLimits.ReplyElementsMax;

    /// <summary>Levels of aggregates in a reply.</summary>
    public int DepthMax { get; set; } = RespLimits.ReplyDepthMax;

    /// <summary>
    /// Reads the next reply. Complete: <see cref="Reply"/> holds it, <paramref name="consumedBytes"/> were used, call
    /// again with the rest. Incomplete: all of the input was taken. Invalid: see <see cref="Error"/>; every later call
    /// says Invalid too. O(bytes).
    /// </summary>
    public ReplyStatus Read(ReadOnlySpan<byte> input, out int consumedBytes)
    {
        consumedBytes = 0;
        if (Error.Length == 0) _tree.Forget();
        while (Error.Length == 0 && consumedBytes < input.Length)
        {
            ReadOnlySpan<byte> rest = input[consumedBytes..];
            consumedBytes += _bulk is null ? ReadLine(rest) : ReadBulk(rest);
            if (_tree.Root is not null && Error.Length == 0) return ReplyStatus.Complete;
        }

        return Error.Length > 0 ? ReplyStatus.Invalid : ReplyStatus.Incomplete;
    }

    /// <summary>Takes bytes up to the end of the line or of the input; at the end of the line, acts on it.</summary>
    private int ReadLine(ReadOnlySpan<byte> input)
    {
        int lineFeed = input.IndexOf((byte)'\n');
        int usedBytes = lineFeed < 0 ? input.Length : lineFeed + 1;
        if ((long)_lineBytes + usedBytes > RespLimits.LineBytesMax)
        {
            Fail("too long line");
            return usedBytes;
        }

        ReadOnlySpan<byte> line = input[..usedBytes];
        if (lineFeed < 0 || _lineBytes > 0)
        {
            if (_lineBytes + usedBytes > _line.Length)
                Array.Resize(ref _line, Math.Max(_lineBytes + usedBytes, 2 * _line.Length));
            line.CopyTo(_line.AsSpan(_lineBytes));
            _lineBytes += usedBytes;
            if (lineFeed < 0) return usedBytes;
            line = _line.AsSpan(0, _lineBytes);
            _lineBytes = 0;
        }

        if (line.Length < 3 || line[..^1].IndexOf((byte)'\r') != line.Length - 2) Fail("line without marker or CRLF");
        else Accept(line[0], line[1..^2]);
        return usedBytes;
    }

    private void Accept(byte marker, ReadOnlySpan<byte> text)
    {
        switch (marker)
        {
            case (byte)'+':
                _tree.AddSimpleString(text);
                break;
            case (byte)'-':
                _tree.AddBytes(ReplyKind.Error, marker, text.ToArray());
                break;
            case (byte)'$' or (byte)'!' or (byte)'=':
                AcceptBulkLength(marker, text);
                break;
            case (byte)'*' or (byte)'~' or (byte)'>' or (byte)'%' or (byte)'|':
                AcceptCount(marker, text);
                break;
            default:
                AcceptScalar(marker, text);
                break;
        }
    }

    private void AcceptScalar(byte marker, ReadOnlySpan<byte> text)
    {
        switch (marker)
        {
            case (byte)':' when StrictInteger.TryParse(text, out long integer):
                _tree.AddInteger(integer);
                break;
            case (byte)',' when Reply.TryParseDouble(text, out double value):
                _tree.AddNumber(ReplyKind.Double, marker, BitConverter.DoubleToInt64Bits(value), text.ToArray());
                break;
            case (byte)'#' when text is [(byte)'t' or (byte)'f']:
                _tree.AddNumber(ReplyKind.Boolean, marker, text[0] == (byte)'t' ? 1 : 0, []);
                break;
            case (byte)'_' when text.IsEmpty:
                _tree.AddBytes(ReplyKind.Null, marker, []);
                break;
            case (byte)'(' when IsBigNumber(text):
                _tree.AddBytes(ReplyKind.BigNumber, marker, text.ToArray());
                break;
            default:
                Fail(":,#_(".Contains((char)marker) ? $"bad value after '{(char)marker}'" : $"unknown marker {marker}");
                break;
        }
    }

    private void AcceptBulkLength(byte marker, ReadOnlySpan<byte> text)
    {
        bool isNumber = StrictInteger.TryParse(text, out long length);
        if (isNumber && length == -1 && marker == (byte)'$')
        {
            _tree.AddBytes(ReplyKind.Null, marker, []);
            return;
        }

        int bulkBytesMax = Math.Min(BulkBytesMax, RespLimits.RequestBytesMax);
        if (!isNumber || length < 0 || length > bulkBytesMax)
        {
            Fail(length > bulkBytesMax ? "too long bulk string" : "invalid bulk length");
            return;
        }

        _bulkMarker = marker;
        _payloadBytes = (int)length;
        _bulkBytes = 0;
        _bulk = new byte[Math.Min(_payloadBytes, BulkBytesFirst)];
    }

    private void AcceptCount(byte marker, ReadOnlySpan<byte> text)
    {
        bool isNumber = StrictInteger.TryParse(text, out long count);
        if (isNumber && count == -1 && marker == (byte)'*')
        {
            _tree.AddBytes(ReplyKind.Null, marker, []);
            return;
        }

        ReplyKind kind = marker switch
        {
            (byte)'*' => ReplyKind.Array,
            (byte)'~' => ReplyKind.Set,
            (byte)'>' => ReplyKind.Push,
            (byte)'%' => ReplyKind.Map,
            _ => ReplyKind.Attribute,
        };
        int elementsPerCount = kind is ReplyKind.Map or ReplyKind.Attribute ? 2 : 1;
        if (!isNumber || count < 0) Fail("invalid count of elements");
        else if (count > (ElementsMax - _tree.Elements) / elementsPerCount) Fail("too many elements");
        else if (_tree.Depth >= DepthMax) Fail("too deep reply");
        else _tree.Open(kind, marker, count * elementsPerCount);
    }

    private int ReadBulk(ReadOnlySpan<byte> input)
    {
        ReadOnlySpan<byte> piece = input[..Math.Min(input.Length, Math.Max(_payloadBytes - _bulkBytes, 0))];
        int neededBytes = _bulkBytes + piece.Length;
        if (!piece.IsEmpty && neededBytes > _bulk!.Length)
        {
            // Doubling keeps copying amortised; ending at the announced length makes this array the payload.
            Array.Resize(ref _bulk, (int)Math.Max(neededBytes, Math.Min(2L * _bulk.Length, _payloadBytes)));
        }

        piece.CopyTo(_bulk.AsSpan(Math.Min(_bulkBytes, _payloadBytes)));
        _bulkBytes = neededBytes;
        int usedBytes = piece.Length;
        while (_bulkBytes >= _payloadBytes && _bulk is not null && usedBytes < input.Length)
            EndBulk(input[usedBytes++]);
        return usedBytes;
    }

    /// <summary>Takes one of the two bytes behind the payload; the second completes the reply.</summary>
    private void EndBulk(byte terminator)
    {
        bool isFirst = _bulkBytes == _payloadBytes;
        _bulkBytes++;
        if (terminator != (isFirst ? (byte)'\r' : (byte)'\n')) Fail("bulk string without CRLF");
        else if (!isFirst) AcceptBulk();
    }

    private void AcceptBulk()
    {
        byte[] payload = _bulk!;
        _bulk = null;
        if (_bulkMarker == (byte)'$') _tree.AddBytes(ReplyKind.BulkString, _bulkMarker, payload);
        else if (_bulkMarker == (byte)'!') _tree.AddBytes(ReplyKind.Error, (byte)'-', payload);
        else if (payload.Length >= Reply.VerbatimPrefixBytes && payload[Reply.VerbatimPrefixBytes - 1] == (byte)':')
            _tree.AddBytes(ReplyKind.VerbatimString, _bulkMarker, payload);
        else Fail("verbatim string without format");
    }

    private static bool IsBigNumber(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> digits = text.StartsWith((byte)'-') || text.StartsWith((byte)'+') ? text[1..] : text;
        return !digits.IsEmpty && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    private void Fail(string error)
    {
        Error = error;
        _bulk = null;
        _lineBytes = 0;
    }
}
