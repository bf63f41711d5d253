namespace Bitmapist.Resp;

/// <summary>What the protocol layer accepts. Each limit has a unit, an error and a test.</summary>
public static class RespLimits
{
    /// <summary>
    /// Bytes before the terminator of an inline request, an argument count or a bulk length; Redis's
    /// PROTO_INLINE_MAX_SIZE. Errors: "too big inline request", "too big mbulk count string", "too big bulk count
    /// string".
    /// </summary>
    public const int LineBytesMax = 64 * 1024;

    /// <summary>
    /// Arguments announced by one request, as Redis 7.0. Error: "invalid multibulk length". The announcement allocates
    /// nothing; what bounds the arguments that really arrive is <see cref="RequestBytesMax"/>.
    /// </summary>
    public const int ArgumentsMax = int.MaxValue;

    /// <summary>Bytes of one argument by default; Redis's proto-max-bulk-len. Error: "invalid bulk length".</summary>
    public const long BulkBytesMax = 512L * 1024 * 1024;

    /// <summary>
    /// Wire bytes of one request; Redis's client-query-buffer-limit. Redis closes the connection without a word, we say
    /// "too big request" first.
    /// </summary>
    public const int RequestBytesMax = 1024 * 1024 * 1024;

    /// <summary>Arguments before authentication. Error: "unauthenticated multibulk length".</summary>
    public const int UnauthenticatedArgumentsMax = 10;

    /// <summary>Bytes of one argument before authentication. Error: "unauthenticated bulk length".</summary>
    public const int UnauthenticatedBulkBytesMax = 16 * 1024;

    /// <summary>
    /// Bytes of buffer, and a quarter as many argument slots, that a connection keeps between requests; what a larger
    /// request needed is given back after it. No error.
    /// </summary>
    public const int BufferBytesKept = 16 * 1024;

    /// <summary>Levels of aggregates inside aggregates in a reply. Error: "too deep reply".</summary>
    public const int ReplyDepthMax = 32;

    /// <summary>Elements of one aggregate in a reply. Error: "too many elements".</summary>
    public const int ReplyElementsMax = 16 * 1024 * 1024;
}
