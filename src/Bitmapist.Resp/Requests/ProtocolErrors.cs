namespace Bitmapist.Resp.Requests;

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
