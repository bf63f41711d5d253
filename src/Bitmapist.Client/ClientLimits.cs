namespace Bitmapist.Client;

/// <summary>What the client sends, keeps and waits for at most. Each has a unit and says what happens beyond.</summary>
internal static class ClientLimits
{
    /// <summary>Bytes handed to the socket in one write; requests of many callers are gathered up to this.</summary>
    public const int WriteBufferBytes = 64 * 1024;

    /// <summary>
    /// Bytes a caller writes itself, when nothing else is under way: then the socket's buffer is empty, and every
    /// system's default holds this many, so that the write cannot block. More are left to the writer's thread.
    /// </summary>
    public const int CallerWriteBytes = 4 * 1024;

    /// <summary>Bytes asked of the socket in one read.</summary>
    public const int ReadBufferBytes = 64 * 1024;

    /// <summary>
    /// Bytes of one batch: what a server takes as one string, and half of what it takes as one request.
    /// ArgumentException beyond.
    /// </summary>
    public const int BatchBytesMax = 512 * 1024 * 1024;

    /// <summary>
    /// Bytes of one string in a reply: the longest string Redis stores, since a whole bitmap may be asked for. Memory
    /// grows with what arrives, not with what is announced. ProtocolViolationException beyond.
    /// </summary>
    public const int ReplyBulkBytesMax = 512 * 1024 * 1024;

    /// <summary>
    /// Elements of one reply: the names of as many events by KEYS. ProtocolViolationException beyond.
    /// </summary>
    public const long ReplyElementsMax = 16 * 1024 * 1024;

    /// <summary>Bytes of one string in a reply to the handshake, where a peer is not known yet.</summary>
    public const int HandshakeBulkBytesMax = 64 * 1024;

    /// <summary>
    /// Times a repeatable batch is sent: one that was under way at the end of so many connections may be what ends
    /// them. ConnectionLostException beyond.
    /// </summary>
    public const int AttemptsMax = 5;

    /// <summary>
    /// Response timeouts without a byte from the server, while replies are owed, after which the connection is given
    /// up. More than one, so that a reply which is merely late does not cost the connection.
    /// </summary>
    public const int SilenceTimeouts = 2;

    /// <summary>
    /// Seconds of idleness after which the system probes whether the server's machine is still there.
    /// </summary>
    public const int KeepAliveSeconds = 60;

    /// <summary>Seconds between such probes.</summary>
    public const int KeepAliveIntervalSeconds = 10;

    /// <summary>Unanswered probes after which the connection is lost.</summary>
    public const int KeepAliveProbes = 3;

    /// <summary>Milliseconds any timeout or delay may be set to: a day. ArgumentException beyond.</summary>
    public const int TimeoutMsMax = 24 * 60 * 60 * 1000;

    /// <summary>
    /// Milliseconds between looks for requests, or attempts to connect, whose time has run out: a tenth of the shorter
    /// time, within these.
    /// </summary>
    public const int SweepMsMin = 5;

    /// <summary>See <see cref="SweepMsMin"/>.</summary>
    public const int SweepMsMax = 500;

    /// <summary>Characters of a key, or of a server's words, shown in an error.</summary>
    public const int ShownCharactersMax = 100;

    /// <summary>
    /// Operations of an expression inside one another: enough for unbounded retention over
    /// <see cref="UnboundedPeriodsMax"/> periods. Each level takes some hundreds of bytes of a thread's stack, of which
    /// a thread may have no more than 1 MiB. ArgumentException beyond.
    /// </summary>
    public const int ExpressionDepthMax = 1_200;

    /// <summary>
    /// Bytes of the name of a result: a sixteenth of what bitmapist-server takes, and some ten thousand keys.
    /// ArgumentException beyond.
    /// </summary>
    public const int ResultNameBytesMax = 1024 * 1024;

    /// <summary>
    /// Cells of a retention table: some tens of megabytes of questions and results. ArgumentException beyond.
    /// </summary>
    public const int CohortCellsMax = 20_000;

    /// <summary>
    /// Periods joined to tell who came back in one or later: the results' names have as many parts. ArgumentException
    /// beyond.
    /// </summary>
    public const int UnboundedPeriodsMax = 1_000;

    /// <summary>
    /// Cells times periods joined: the parts of all names together, some 30 bytes each. ArgumentException beyond.
    /// </summary>
    public const int UnboundedPartsMax = 1_000_000;

    /// <summary>
    /// Bytes of a bulk sender's batch: as much as one write takes, so that more would save no system call.
    /// </summary>
    public const int BulkBatchBytes = WriteBufferBytes;

    /// <summary>
    /// Batches a bulk sender has under way. One is being answered, one is on its way, one waits in the socket and one
    /// is being filled; more only cost memory.
    /// </summary>
    public const int BulkBatchesInFlight = 4;

    /// <summary>
    /// Sets of keys that a stream of marks remembers, one for each hour of an event: some 4 MB with ordinary names.
    /// Beyond, all are forgotten, which costs their names anew.
    /// </summary>
    public const int MarkKeysKeptMax = 4_096;

    /// <summary>Milliseconds that a thread of bulks waits for another one before it ends.</summary>
    public const int IdleThreadMs = 10_000;
}
