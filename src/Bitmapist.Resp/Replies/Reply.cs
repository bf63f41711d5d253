using System.Globalization;
using System.Text;

namespace Bitmapist.Resp.Replies;

/// <summary>
/// What a reply is; the specification's types, its two spellings of an error and three of null being one.
/// </summary>
#pragma warning disable CA1720 // These are the specification's own names of its types.
public enum ReplyKind
{
    SimpleString,
    Error,
    Integer,
    BulkString,
    Null,
    Array,
    Map,
    Set,
    Push,
    Double,
    Boolean,
    VerbatimString,
    BigNumber,
    Attribute,
}
#pragma warning restore CA1720

/// <summary>One reply of a server, with the replies inside it. Immutable, and owner of its memory.</summary>
/// <remarks>
/// An accessor that does not fit the kind throws <see cref="InvalidOperationException"/>, naming the reply: a server
/// that answers with another kind than the command has is beyond what a caller can handle value by value.
/// </remarks>
public sealed class Reply
{
    // What pipelines of marks are answered with: replies are immutable, so one of each serves all.
    private static readonly Reply s_zero = new(ReplyKind.Integer, (byte)':', 0, [], [], null);
    private static readonly Reply s_one = new(ReplyKind.Integer, (byte)':', 1, [], [], null);
    private static readonly Reply s_ok = new(ReplyKind.SimpleString, (byte)'+', 0, [.. "OK"u8], [], null);
    private static readonly Reply s_queued = new(ReplyKind.SimpleString, (byte)'+', 0, [.. "QUEUED"u8], [], null);

    private readonly byte _marker;
    private readonly long _number; // the integer, the boolean as 0 or 1, or the double's bits
    private readonly byte[] _bytes; // a string's payload, or the digits a double came in
    private readonly Reply[] _items;

    private Reply(ReplyKind kind, byte marker, long number, byte[] bytes, Reply[] items, Reply? attributes)
    {
        Kind = kind;
        _marker = marker;
        _number = number;
        _bytes = bytes;
        _items = items;
        Attributes = attributes;
    }

    /// <summary>What the reply is.</summary>
    public ReplyKind Kind { get; }

    /// <summary>The attribute (a map of hints, RESP3) sent ahead of this reply, if any.</summary>
    public Reply? Attributes { get; }

    /// <summary>Whether there is no value: $-1, *-1 or _.</summary>
    public bool IsNull => Kind == ReplyKind.Null;

    /// <summary>Whether the server refused; <see cref="AsText"/> then starts with the error's code.</summary>
    public bool IsError => Kind == ReplyKind.Error;

    /// <summary>The value of an integer.</summary>
    public long AsInteger() => Kind == ReplyKind.Integer ? _number : throw Unlike("an integer");

    /// <summary>
    /// The payload of a bulk, simple or verbatim string (without its format), an error, or a big number's digits.
    /// </summary>
    public ReadOnlyMemory<byte> AsBytes() => Kind switch
    {
        ReplyKind.VerbatimString => _bytes.AsMemory(VerbatimPrefixBytes),
        ReplyKind.SimpleString or ReplyKind.BulkString or ReplyKind.Error or ReplyKind.BigNumber => _bytes,
        _ => throw Unlike("a string"),
    };

    /// <summary><see cref="AsBytes"/> as UTF-8 text.</summary>
    public string AsText() => Encoding.UTF8.GetString(AsBytes().Span);

    /// <summary>
    /// The elements of an array, set or push; keys and values in turn of a map or an attribute (as RESP2 has maps).
    /// </summary>
    public IReadOnlyList<Reply> Items => IsAggregate ? _items : throw Unlike("an aggregate");

    /// <summary>"txt:" and the like.</summary>
    internal static int VerbatimPrefixBytes => 4;

    private bool IsAggregate =>
        Kind is ReplyKind.Array or ReplyKind.Map or ReplyKind.Set or ReplyKind.Push or ReplyKind.Attribute;

    /// <summary>
    /// A compact form for tests and logs, one line whatever the payload: <c>+OK</c>, <c>-ERR no</c>, <c>:1</c>, <c>$3
    /// foo</c>, <c>$-1</c>, <c>*-1</c>, <c>_</c>, <c>[:1 $1 a]</c>, <c>~[:1]</c>, <c>>[+a]</c>, <c>%[$1 k :1]</c>,
    /// <c>,0.5</c>, <c>#t</c>, <c>=txt:text</c>, <c>(123</c>, an attribute as <c>|[+k :1]</c> ahead of its reply. Bytes
    /// other than printable ASCII are escaped: \r, \n, \\, \xHH.
    /// </summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        AppendTo(text);
        return text.ToString();
    }

    internal static Reply OfInteger(long number, Reply? attributes)
    {
        if (attributes is null && number is (0 or 1)) return number == 0 ? s_zero : s_one;
        return new Reply(ReplyKind.Integer, (byte)':', number, [], [], attributes);
    }

    internal static Reply OfSimpleString(ReadOnlySpan<byte> text, Reply? attributes)
    {
        if (attributes is null && text.SequenceEqual("OK"u8)) return s_ok;
        if (attributes is null && text.SequenceEqual("QUEUED"u8)) return s_queued;
        return new Reply(ReplyKind.SimpleString, (byte)'+', 0, text.ToArray(), [], attributes);
    }

    internal static Reply OfBytes(ReplyKind kind, byte marker, byte[] bytes, Reply? attributes) =>
        new(kind, marker, 0, bytes, [], attributes);

    internal static Reply OfNumber(ReplyKind kind, byte marker, long number, byte[] digits, Reply? attributes) =>
        new(kind, marker, number, digits, [], attributes);

    internal static Reply OfItems(ReplyKind kind, byte marker, Reply[] items, Reply? attributes) =>
        new(kind, marker, 0, [], items, attributes);

    /// <summary>A double as Redis prints it: decimal or exponent form, inf, -inf, nan.</summary>
    internal static bool TryParseDouble(ReadOnlySpan<byte> digits, out double value)
    {
        value = double.PositiveInfinity;
        if (digits.SequenceEqual("inf"u8)) return true;
        value = double.NegativeInfinity;
        if (digits.SequenceEqual("-inf"u8)) return true;
        value = double.NaN;
        if (digits.SequenceEqual("nan"u8) || digits.SequenceEqual("-nan"u8)) return true;
        const NumberStyles Style =
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(digits, Style, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    private void AppendTo(StringBuilder text)
    {
        if (Attributes is not null)
        {
            Attributes.AppendTo(text);
            text.Append(' ');
        }

        if (IsAggregate)
        {
            AppendItemsTo(text);
            return;
        }

        text.Append((char)_marker);
        if (IsNull && _marker != (byte)'_') text.Append("-1");
        if (Kind == ReplyKind.Integer) text.Append(CultureInfo.InvariantCulture, $"{_number}");
        if (Kind == ReplyKind.Boolean) text.Append(_number == 1 ? 't' : 'f');
        if (Kind == ReplyKind.BulkString) text.Append(CultureInfo.InvariantCulture, $"{_bytes.Length}");
        if (Kind == ReplyKind.BulkString && _bytes.Length > 0) text.Append(' ');
        AppendEscaped(text, _bytes);
    }

    private void AppendItemsTo(StringBuilder text)
    {
        if (Kind != ReplyKind.Array) text.Append((char)_marker);
        text.Append('[');
        for (int i = 0; i < _items.Length; i++)
        {
            if (i > 0) text.Append(' ');
            _items[i].AppendTo(text);
        }

        text.Append(']');
    }

    private static void AppendEscaped(StringBuilder text, byte[] bytes)
    {
        foreach (byte value in bytes)
        {
            switch (value)
            {
                case (byte)'\r':
                    text.Append("\\r");
                    break;
                case (byte)'\n':
                    text.Append("\\n");
                    break;
                case (byte)'\\':
                    text.Append("\\\\");
                    break;
                case >= 0x20 and < 0x7f:
                    text.Append((char)value);
                    break;
                default:
                    text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
                    break;
            }
        }
    }

    private InvalidOperationException Unlike(string expected)
    {
        const int ShownCharactersMax = 100;
        string shown = ToString();
        if (shown.Length > ShownCharactersMax) shown = $"{shown.AsSpan(0, ShownCharactersMax)}…";
        return new InvalidOperationException($"The reply is not {expected}: {shown}");
    }
}
