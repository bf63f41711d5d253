using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Bitmapist.Resp.Writing;

/// <summary>The protocol a connection speaks; HELLO changes it.</summary>
public enum RespVersion
{
    /// <summary>What every client speaks before HELLO.</summary>
    Resp2 = 2,

    /// <summary>With maps, sets, doubles, booleans, nulls, pushes and verbatim strings of their own.</summary>
    Resp3 = 3,
}

/// <summary>
/// Writes replies straight into a connection's output: every method reserves the most it can need, writes, and advances
/// by what it wrote; nothing is allocated. A value, made for one batch of replies; the caller owns and flushes the
/// output.
/// </summary>
/// <remarks>
/// Shapes follow the RESP specification (redis.io/docs/reference/protocol-spec); what RESP2 cannot say is written as
/// Redis 7.0 degrades it.
/// </remarks>
public readonly ref struct RespWriter(IBufferWriter<byte> output, RespVersion version)
{
    // Marker + "-9223372036854775808" + CRLF.
    private const int NumberFrameBytesMax = 1 + 20 + 2;

    // "-2.2250738585072014E-308"
    private const int DoubleBytesMax = 24;

    // Longer payloads are copied piecewise into the output's own blocks instead of asking it for one contiguous block.
    private const int ContiguousPayloadBytesMax = 1024;

    private readonly IBufferWriter<byte> _output = output;

    /// <summary>The protocol the replies are written in.</summary>
    public RespVersion Version { get; } = version;

    /// <summary>The same output in another version of the protocol.</summary>
    public RespWriter As(RespVersion other) => new(_output, other);

    /// <summary>+text. The text must hold neither CR nor LF: it is the server's own, never a client's.</summary>
    public void WriteSimpleString(ReadOnlySpan<byte> text)
    {
        Debug.Assert(!text.ContainsAny((byte)'\r', (byte)'\n'), "A simple string ends at the first line end.");
        WriteLine((byte)'+', text);
    }

    /// <summary>+OK</summary>
    public void WriteOk() => WriteConstant("+OK\r\n"u8);

    /// <summary>
    /// -message. The message starts with its code ("ERR syntax error"); CR and LF in it become spaces.
    /// </summary>
    public void WriteError(ReadOnlySpan<byte> message)
    {
        Span<byte> line = WriteLine((byte)'-', message);
        if (!line.ContainsAny((byte)'\r', (byte)'\n')) return;
        line.Replace((byte)'\r', (byte)' ');
        line.Replace((byte)'\n', (byte)' ');
    }

    /// <summary>:value</summary>
    public void WriteInteger(long value)
    {
        if ((ulong)value > 9)
        {
            WriteHeader((byte)':', value);
            return;
        }

        Span<byte> frame = _output.GetSpan(4);
        frame[3] = (byte)'\n';
        frame[2] = (byte)'\r';
        frame[1] = (byte)('0' + value);
        frame[0] = (byte)':';
        _output.Advance(4);
    }

    /// <summary>$length, payload. O(bytes).</summary>
    public void WriteBulkString(ReadOnlySpan<byte> payload) => WriteFramed((byte)'$', default, payload);

    /// <summary>The text as a bulk string of UTF-8.</summary>
    public void WriteBulkString(string utf8)
    {
        int payloadBytes = Encoding.UTF8.GetByteCount(utf8);
        WriteBulkHeader(payloadBytes);
        Span<byte> frame = _output.GetSpan(payloadBytes + 2);
        Encoding.UTF8.GetBytes(utf8, frame);
        "\r\n"u8.CopyTo(frame[payloadBytes..]);
        _output.Advance(payloadBytes + 2);
    }

    /// <summary>The value's decimal digits as a bulk string.</summary>
    public void WriteBulkInteger(long value)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out int length);
        WriteBulkString(digits[..length]);
    }

    /// <summary>No value: $-1, or _ in RESP3.</summary>
    public void WriteNull() => WriteConstant(Version == RespVersion.Resp3 ? "_\r\n"u8 : "$-1\r\n"u8);

    /// <summary>No array: *-1, or _ in RESP3.</summary>
    public void WriteNullArray() => WriteConstant(Version == RespVersion.Resp3 ? "_\r\n"u8 : "*-1\r\n"u8);

    /// <summary>Opens an array of <paramref name="count"/> elements, which the caller then writes.</summary>
    public void WriteArrayHeader(long count) => WriteHeader((byte)'*', count);

    /// <summary>Opens a map: 2 × <paramref name="pairs"/> elements follow. An array of as many in RESP2.</summary>
    public void WriteMapHeader(int pairs)
    {
        if (Version == RespVersion.Resp3) WriteHeader((byte)'%', pairs);
        else WriteHeader((byte)'*', 2L * pairs);
    }

    /// <summary>Opens a set; an array in RESP2.</summary>
    public void WriteSetHeader(int count) => WriteHeader(Version == RespVersion.Resp3 ? (byte)'~' : (byte)'*', count);

    /// <summary>Opens a push message, which answers no request; an array in RESP2.</summary>
    public void WritePushHeader(int count) => WriteHeader(Version == RespVersion.Resp3 ? (byte)'>' : (byte)'*', count);

    /// <summary>#t or #f; the integer 1 or 0 in RESP2.</summary>
    public void WriteBoolean(bool value)
    {
        if (Version == RespVersion.Resp3) WriteConstant(value ? "#t\r\n"u8 : "#f\r\n"u8);
        else WriteInteger(value ? 1 : 0);
    }

    /// <summary>A number, as few digits as tell it from all others; a bulk string in RESP2.</summary>
    /// <param name="value">Finite.</param>
    public void WriteDouble(double value)
    {
        Debug.Assert(double.IsFinite(value), "Infinities have a form of their own, which nothing here needs.");
        Span<byte> digits = stackalloc byte[DoubleBytesMax];
        bool isWritten = value.TryFormat(digits, out int length, "R", CultureInfo.InvariantCulture);
        Debug.Assert(isWritten, "A double has at most 17 digits, a sign, a point and an exponent.");
        if (Version == RespVersion.Resp2) WriteBulkString(digits[..length]);
        else WriteConstant([(byte)',', .. digits[..length], .. "\r\n"u8]);
    }

    /// <summary>Text with a format of three letters ("txt", "mkd"); the bare text as a bulk string in RESP2.</summary>
    public void WriteVerbatimString(ReadOnlySpan<byte> threeLetterFormat, ReadOnlySpan<byte> text)
    {
        Debug.Assert(threeLetterFormat.Length == 3, "The format is three letters.");
        if (Version == RespVersion.Resp3) WriteFramed((byte)'=', threeLetterFormat, text);
        else WriteFramed((byte)'$', default, text);
    }

    /// <summary>
    /// Opens a bulk string whose payload follows by <see cref="WriteRaw"/>, then <see cref="WriteBulkEnd"/>.
    /// </summary>
    public void WriteBulkHeader(long payloadBytes) => WriteHeader((byte)'$', payloadBytes);

    /// <summary>Bytes as they are: a piece of a bulk's payload, or replies encoded earlier.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes) => _output.Write(bytes);

    /// <summary>
    /// Room for a piece of a bulk's payload, to be filled and then counted by <see cref="AdvanceRaw"/>: for bytes that
    /// are made where they go.
    /// </summary>
    public Span<byte> RawSpan(int bytes) => _output.GetSpan(bytes);

    /// <summary>Counts bytes filled in at the start of the last <see cref="RawSpan"/>.</summary>
    public void AdvanceRaw(int bytes) => _output.Advance(bytes);

    /// <summary>Closes a bulk string opened by <see cref="WriteBulkHeader"/>.</summary>
    public void WriteBulkEnd() => WriteConstant("\r\n"u8);

    private void WriteConstant(ReadOnlySpan<byte> frame)
    {
        frame.CopyTo(_output.GetSpan(frame.Length));
        _output.Advance(frame.Length);
    }

    /// <summary>
    /// Marker, text, CRLF. Returns where the text lies, for a last touch before anything else is written.
    /// </summary>
    private Span<byte> WriteLine(byte marker, ReadOnlySpan<byte> text)
    {
        int frameBytes = 1 + text.Length + 2;
        Span<byte> frame = _output.GetSpan(frameBytes)[..frameBytes];
        frame[0] = marker;
        text.CopyTo(frame[1..]);
        "\r\n"u8.CopyTo(frame[(1 + text.Length)..]);
        _output.Advance(frameBytes);
        return frame.Slice(1, text.Length);
    }

    private void WriteHeader(byte marker, long value)
    {
        Span<byte> frame = _output.GetSpan(NumberFrameBytesMax);
        _output.Advance(FormatHeader(frame, marker, value));
    }

    /// <summary>Marker, bytes, CRLF, then format and colon if there is a format, payload, CRLF.</summary>
    private void WriteFramed(byte marker, ReadOnlySpan<byte> format, ReadOnlySpan<byte> payload)
    {
        int formatBytes = format.IsEmpty ? 0 : format.Length + 1;
        if (payload.Length > ContiguousPayloadBytesMax)
        {
            WriteHeader(marker, (long)formatBytes + payload.Length);
            WriteFormat(_output.GetSpan(formatBytes + 1), format);
            _output.Advance(formatBytes);
            _output.Write(payload);
            WriteConstant("\r\n"u8);
            return;
        }

        Span<byte> frame = _output.GetSpan(NumberFrameBytesMax + formatBytes + payload.Length + 2);
        int position = FormatHeader(frame, marker, formatBytes + payload.Length);
        WriteFormat(frame[position..], format);
        position += formatBytes;
        payload.CopyTo(frame[position..]);
        position += payload.Length;
        frame[position + 1] = (byte)'\n';
        frame[position] = (byte)'\r';
        _output.Advance(position + 2);
    }

    private static void WriteFormat(Span<byte> frame, ReadOnlySpan<byte> format)
    {
        if (format.IsEmpty) return;
        format.CopyTo(frame);
        frame[format.Length] = (byte)':';
    }

    private static int FormatHeader(Span<byte> frame, byte marker, long value)
    {
        frame[0] = marker;
        Utf8Formatter.TryFormat(value, frame[1..], out int digits);
        frame[digits + 2] = (byte)'\n';
        frame[digits + 1] = (byte)'\r';
        return digits + 3;
    }
}
