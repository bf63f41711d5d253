namespace Bitmapist.Server.Settings;

/// <summary>Bounds of the server. Each has a unit, an error and a test.</summary>
internal static class ServerLimits
{
    /// <summary>
    /// Clients at once unless configured; the next one is told "max number of clients reached" (Redis: 10,000).
    /// </summary>
    public const int ClientsDefault = 10_000;

    /// <summary>
    /// Chunks of 65,536 ids above which a command's work leaves the connection's thread, which may be serving other
    /// sockets: 16 chunks of dense bitmaps are some microseconds, less than the hop to another thread costs.
    /// </summary>
    public const long InlineChunks = 16;

    /// <summary>
    /// The same for a computation of a client that is served alone: a quarter of a millisecond at most. Two switches
    /// between threads would be a fifth of what BITCOUNT of a BITOP of two dense months takes.
    /// </summary>
    public const long AloneChunks = 1024;

    /// <summary>
    /// Bytes of a client's name, and of its library's name and version: every CLIENT LIST has them all (Redis: 512
    /// MiB). Error: "a client's name may have at most 1024 bytes".
    /// </summary>
    public const int ClientNameBytes = 1024;

    /// <summary>Characters of a backup's name in BGSAVE TO. Error: what a name may be.</summary>
    public const int BackupNameCharacters = 200;

    /// <summary>
    /// Requests longer than this many bytes leave the connection's thread: about 50 µs of parsing bits.
    /// </summary>
    public const int InlineRequestBytes = 256 * 1024;

    /// <summary>
    /// Requests with more arguments than this leave the connection's thread; likewise larger SCAN counts.
    /// </summary>
    public const int InlineArguments = 1000;

    /// <summary>
    /// Request bytes after which a client that never pauses lets other sockets of its thread have their turn.
    /// </summary>
    public const int TurnBytes = 64 * 1024;

    /// <summary>
    /// Replies up to this many bytes are written at once; longer ones are streamed. Room for the windows of 256 KiB in
    /// which clients read a key's ids, with their frame: some 30 µs.
    /// </summary>
    public const int InlineReplyBytes = 264 * 1024;

    /// <summary>
    /// The same while replies wait for a client to take them: what the queue then holds is what long replies are made
    /// of, which takes about as much as this.
    /// </summary>
    public const int QueuedReplyBytes = 1024;

    /// <summary>Reply bytes written before a stream waits for the socket to take them.</summary>
    public const int StreamPieceBytes = 64 * 1024;

    /// <summary>
    /// Unsent bytes the transport holds per client before replies queue up in memory behind it (there without limit but
    /// maxmemory-clients), and bytes it reads ahead of the commands. Not counted, so little: ten thousand clients may
    /// have as much.
    /// </summary>
    public const int TransportBufferBytes = 128 * 1024;

    /// <summary>How often at most the log repeats a line about what goes on failing.</summary>
    public static readonly TimeSpan RepeatedLogInterval = TimeSpan.FromMinutes(1);

    /// <summary>Longest name of a key, in bytes: what the database file's index takes (Redis: 512 MiB).</summary>
    public const int KeyBytes = Engine.EngineLimits.KeyBytes;

    /// <summary>
    /// Arguments of one transaction, in bytes: its effects are one log record, which holds 1 GiB. Half of that, because
    /// bits that compress badly may take a little more than the bytes they came in.
    /// </summary>
    public const long TransactionBytes = 512L * 1024 * 1024;

    /// <summary>
    /// Replies of one transaction that are made while it runs, and so wait as bytes (numbers, INFO, COMMAND DOCS, but
    /// not GET or KEYS). A client that asks for more is cut off; the commands take effect.
    /// </summary>
    public const long TransactionReplyBytes = TransactionBytes;

    /// <summary>
    /// A transaction of up to so many bytes, and as many of replies, is kept for the connection's next one: most need
    /// some 5 KB.
    /// </summary>
    public const int TransactionBytesKept = 16 * 1024;

    /// <summary>
    /// Connections at once to the HTTP port, where there is one: clients have as many descriptors less. One more is
    /// closed at once.
    /// </summary>
    public const int HttpConnections = 64;

    /// <summary>Idle seconds after which a connection's peer is asked whether it is still there (Redis: 300).</summary>
    public const int KeepAliveSeconds = 300;

    /// <summary>
    /// How long a client may take to agree on TLS; then its place is another's. Error: the connection is closed.
    /// </summary>
    public static readonly TimeSpan TlsHandshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long a stop waits for clients to take their last replies; then it cuts them off.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long SLURP waits for a connection to its source.</summary>
    public static readonly TimeSpan SourceConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long SLURP's source may be silent, say while it gathers all its keys for KEYS.</summary>
    public static readonly TimeSpan SourceTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Keys that SLURP asks its source to name at a time: SCAN's COUNT.</summary>
    public const int SourceKeysPerStep = 1000;

    /// <summary>
    /// Bytes of requests that SLURP sends before it reads a reply: they fit into socket buffers, so that neither side
    /// waits for the other to read.
    /// </summary>
    public const int SourceBatchRequestBytes = 16 * 1024;

    /// <summary>Bytes of strings that SLURP asks for at a time, when it knows their lengths.</summary>
    public const int SourceBatchReplyBytes = 4 * 1024 * 1024;

    /// <summary>Longer strings SLURP reads by windows of so many bytes.</summary>
    public const int SourceWindowBytes = 1024 * 1024;

    /// <summary>Times that SLURP reads a string by windows while it is being changed; then in one piece.</summary>
    public const int SourceWindowAttempts = 2;

    /// <summary>Bytes of copied bitmaps that SLURP lets the log collect before it has them written.</summary>
    public const int SlurpCommitBytes = 1024 * 1024;

    /// <summary>Time between SLURP's lines in the log.</summary>
    public static readonly TimeSpan SlurpReportInterval = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Characters between the first and the last star of a pattern, escapes and classes counting as one: what is looked
    /// for at every place of a name. So many cost some thirty nanoseconds a byte of a name, a table of 64 KiB, and half
    /// a millisecond to compile.
    /// </summary>
    public const int PatternCharacters = 2047;

    /// <summary>Argument characters quoted in the unknown-command error (Redis: 128).</summary>
    public const int QuotedCharacters = 128;
}
