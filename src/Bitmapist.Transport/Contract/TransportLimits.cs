namespace Bitmapist.Transport.Contract;

/// <summary>Bounds of the transport.</summary>
internal static class TransportLimits
{
    /// <summary>
    /// Threads that serve connections, unless chosen: one for every four processors, up to eight. One thread answers
    /// some 200,000 unpipelined requests a second and millions of pipelined ones; a second one on two processors gained
    /// nothing that was not taken from the clients. The other processors compute what requests leave to the pool.
    /// </summary>
    public static readonly int LoopsDefault = Math.Clamp(Environment.ProcessorCount / 4, 1, 8);

    /// <summary>Connections waiting to be accepted (Redis: 511); net.core.somaxconn bounds it too.</summary>
    public const int BacklogDefault = 511;

    /// <summary>Idle seconds before keep-alive probes (Redis: 300).</summary>
    public const int KeepAliveSecondsDefault = 300;

    /// <summary>Unread bytes per connection at which its socket is left alone: the peer's sends then block.</summary>
    public const int InputPauseBytesDefault = 128 * 1024;

    /// <summary>Unsent bytes per connection at which a flush waits.</summary>
    public const int OutputPauseBytesDefault = 64 * 1024;

    /// <summary>
    /// Milliseconds after which a connection counts as served alone by its loop: clients that come less often than that
    /// wait for a computation of another as seldom.
    /// </summary>
    public const int AloneAfterMs = 10;

    /// <summary>How long a closing connection waits for its peer.</summary>
    public static readonly TimeSpan ClosePatienceDefault = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a stop waits at least for connections that it has cut: their handlers only have to notice.
    /// </summary>
    public static readonly TimeSpan AbortPatience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a stop waits for a loop's thread that a handler keeps busy; it ends with the process then.
    /// </summary>
    public static readonly TimeSpan LoopPatience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Bytes of a buffer, and what one receive of the io_uring carrier takes at most. A pipeline of 32 commands is
    /// 2 KiB; a client that sends strings fills it. Idle connections hold none.
    /// </summary>
    public const int BlockBytes = 16 * 1024;

    /// <summary>Bytes that one receive of the epoll carrier takes at most.</summary>
    public const int ReceiveBytes = 64 * 1024;

    /// <summary>
    /// Free buffers that a loop keeps for itself: 4 MiB. More than that were needed by a burst, and go back to the
    /// collector.
    /// </summary>
    public const int FreeBlocksMax = 256;

    /// <summary>Buffers in one gathered send: 1 MiB, beyond which sockets take no more at a time anyway.</summary>
    public const int SendVectors = 64;

    /// <summary>Sockets that one wait reports: more wait for the next, a system call later.</summary>
    public const int EventsPerWait = 256;

    /// <summary>
    /// Connections accepted in a row, so that a storm of them leaves the loop's thread to the connections it has.
    /// </summary>
    public const int AcceptsPerTurn = 64;

    /// <summary>
    /// How long nothing is accepted after the process ran out of descriptors or the system of memory: a listening
    /// socket stays readable meanwhile, so trying on would spin.
    /// </summary>
    public static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);
}
